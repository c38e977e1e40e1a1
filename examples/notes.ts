// A notes app in a terminal, with all that an app needs: a first device, more devices, a backup key on paper, removals. One folder is
// one device, and it may be killed at any point: docs/client-guide.md.
//
//   npx keystead relay --data ./relay          # in one terminal: the service
//   npx tsx notes.ts ./laptop                  # in another one, and ./phone in a third: type `help`
//
// The sealed notes are files in ./notes. They stand for a table of your app's server, which sees ciphertext only.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { KeysteadError, type MemberId, textOf } from "keystead";
import { type Answer, callerSealer, fetchTransport, openSession, type ShownPaper } from "keystead/client";
import { english } from "keystead/english";
import { fileStore } from "keystead/file-store";

const [folder = "./laptop"] = process.argv.slice(2);
// 127.0.0.1 and not localhost: requests are signed for the address that the relay says.
const { RELAY = "http://127.0.0.1:8080", NOTES = "./notes", ACCOUNT = "3f0c4d7e-9d0a" } = process.env;

for (const path of [folder, NOTES]) mkdirSync(path, { recursive: true });
// An app keeps this key in the system's keychain: folder and key together are the device.
if (!existsSync(`${folder}/key`))
  writeFileSync(`${folder}/key`, crypto.getRandomValues(new Uint8Array(32)), { mode: 0o600 });

const session = await openSession({
  subject: ACCOUNT,
  store: fileStore(`${folder}/keystead`),
  sealer: await callerSealer(readFileSync(`${folder}/key`)),
  transport: fetchTransport({ url: RELAY }), // with `headers` for your sign-in
});
const terminal = createInterface({ input: process.stdin, output: process.stdout });

// All that a screen says comes from the snapshot. Here it is printed when it changes.
let screen = "";
function draw(): void {
  const { status, connection, error, pending, devices, asks } = session.getSnapshot();
  const lines = [
    `[${status}] ${english.words.sessions[status]} ${english.words.connections[connection]}`.trim(),
    ...(error ? [`  ${error.message}`] : []),
    ...(pending ? [`  …${english.words.changes[pending.intent]}${pending.refused ? `: ${pending.refused}` : ""}`] : []),
    ...(devices?.pending ?? []).map(({ name }) => `  ${textOf(name, english)} waits: approve it, or remove it`),
    ...asks.map((ask, at) => `  question ${at + 1}: ${textOf(ask, english)}`),
  ];
  if (lines.join("\n") === screen) return;
  screen = lines.join("\n");
  console.log(screen);
}
session.subscribe(draw);
draw();

const bytesOf = (text: string) => new TextEncoder().encode(text);
/** The id of a note is bound to it, so that the server cannot show one note in the place of another. */
const contextOf = (id: string) => ({ purpose: "note", associatedData: bytesOf(id) });

async function write(text: string): Promise<void> {
  // Anybody can seal to an account, and so can a device that was removed, which then cannot read it.
  const { status } = session.getSnapshot();
  if (status !== "ready" && status !== "waiting") throw new Error(english.words.sessions[status]);
  const id = `${Date.now()}-${crypto.randomUUID()}`;
  writeFileSync(`${NOTES}/${id}`, await session.seal(bytesOf(text), contextOf(id)));
  console.log("Sealed, and stored.");
}

async function read(): Promise<void> {
  for (const id of readdirSync(NOTES).sort()) {
    try {
      console.log(`- ${new TextDecoder().decode(await session.open(readFileSync(`${NOTES}/${id}`), contextOf(id)))}`);
    } catch (error) {
      if (KeysteadError.from(error)?.code !== "NO_ACCESS") throw error;
      console.log("- (closed to this device)");
    }
  }
}

function devices(): void {
  const view = session.getSnapshot().devices;
  if (!view) return;
  for (const [at, { name, status }] of view.members.entries())
    console.log(`${at + 1}. ${textOf(name, english)} (${status})`);
  for (const warning of view.warnings) console.log(`! ${textOf(warning, english)}`);
  if (view.fingerprint) console.log(`This device shows: ${view.fingerprint}`);
}

function numbered(number: string): MemberId {
  const found = session.getSnapshot().devices?.members[Number(number) - 1];
  if (!found) throw new Error("give the number of a device, as `devices` shows it");
  return found.member;
}

async function approve(number: string): Promise<void> {
  const member = numbered(number);
  const compared = session.compare(await terminal.question("What does the new device show? "), member);
  console.log(textOf(compared, english)); // for everything but a match it says what to do
  if (compared.status === "match") await session.save({ approve: [compared.token] });
}

/** Is called once the log has the key. What is typed back proves that the text is on paper. */
async function show({ text, prove: [first, second] }: ShownPaper): Promise<readonly [string, string] | "cancel"> {
  console.log(`Write this down, on paper only: ${text}`);
  const typed = await terminal.question(`Type group ${first}, or nothing to cancel: `);
  return typed === "" ? "cancel" : [typed, await terminal.question(`Type group ${second}: `)];
}

async function answer(number: string, said: Answer): Promise<void> {
  await session.answer(session.getSnapshot().asks[Number(number) - 1]?.id ?? "", said);
}

const commands: Readonly<Record<string, (rest: string) => unknown>> = {
  create: (name) => session.create({ name }), // where your sign-in says that the account is new
  join: (name) => session.join({ name }), // everywhere else
  write,
  read,
  devices,
  approve,
  remove: (number) => session.save({ remove: [numbered(number)] }),
  backup: () => session.createBackupKey(show),
  prove: () => session.proveBackupKey(show), // after a typing mistake or a restart
  use: async (lost) =>
    session.useBackupKey(await terminal.question("Backup key: "), { remove: lost ? [numbered(lost)] : [] }),
  rekey: () => session.rekey(),
  yes: (number) => answer(number, { say: "yes" }),
  no: (number) => answer(number, { say: "no" }),
  signout: () => session.signOut().then(() => terminal.close()),
  quit: () => terminal.close(),
  help: () => console.log(Object.keys(commands).join(" ")),
};

/** Is not awaited: offline a verb waits, `pending` says so, and the user goes on reading. */
async function run(line: string): Promise<void> {
  const [command = "", ...rest] = line.trim().split(" ");
  try {
    await (commands[command] ?? commands["help"])?.(rest.join(" "));
  } catch (error) {
    console.log(`${KeysteadError.from(error)?.code ?? "not done"}: ${(error as Error).message}`);
  }
}
terminal.on("line", (line) => void run(line));
terminal.once("close", () => session.close());
