// A backup key from its text to keys that open data: typed correctly, and with the worst mistakes that are corrected.

import {
  checkBackupKey,
  createBackupKey,
  createLog,
  joinLog,
  type MemberState,
  openBackupKey,
  review,
  rotate,
  systemEnv,
} from "keystead";
import { SUBJECT } from "../support/long-log.js";
import { compare, median, type Rounds, type Work } from "../support/measure.js";
import { age } from "../support/peers.js";
import { type Line, type Row, ratio } from "../support/row.js";

const env = systemEnv();
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TEXTS = 12;

/** The text with other characters at these places, counted without dashes. */
function edited(text: string, places: readonly number[], change: (char: string) => string): string {
  const chars = [...text.replaceAll("-", "")];
  for (const place of places) chars[place] = change(chars[place] as string);
  return chars.join("");
}

const next = (char: string) => ALPHABET.charAt((ALPHABET.indexOf(char) + 1) % ALPHABET.length);

/** The most mistakes of each kind that are corrected. Places differ from text to text. */
const MISTAKES: Readonly<Record<string, (text: string, turn: number) => string>> = {
  "3 wrong": (text, turn) => edited(text, [4 + turn, 14 + turn, 22 + turn], next),
  "6 unreadable": (text, turn) =>
    edited(
      text,
      [4, 7, 11, 15, 19, 23].map((place) => place + turn),
      () => "?",
    ),
  "2 swapped, 1 wrong": (text, turn) => {
    const swapped = text.replaceAll("-", "");
    const [a, b] = [swapped.charAt(5 + turn), swapped.charAt(6 + turn)];
    return edited(swapped.slice(0, 5 + turn) + b + a + swapped.slice(7 + turn), [20 + turn], next);
  },
  "1 missing, 2 wrong": (text, turn) => edited(text, [4 + turn, 20 + turn], next).replace(/^(.{9})./, "$1"),
  "1 extra, 2 wrong": (text, turn) => edited(text, [4 + turn, 20 + turn], next).replace(/^(.{9})/, "$1X"),
};

export const backup: Row = {
  name: "backup",
  title: "backup key, from its text to usable keys",
  async *run({ quick, rounds }) {
    const first = createLog({ subject: SUBJECT, device: { name: "Laptop" } }, env);
    const second = createBackupKey(first.accept(), {}, env);
    const made = second.accept();
    const entries = [first.entry, second.entry];
    const later = withRotations(made, [...entries], 30);
    const text = made.paper.reveal(made.log);
    const open = (typed: string) => openBackupKey(made.log, entries, typed).keyring.wipe();
    const { clean, check, more } = await compare(
      {
        clean: () => open(text),
        check: () => checkBackupKey(made.log, text),
        more: () => openBackupKey(later.log, later.entries, text).keyring.wipe(),
      },
      rounds,
    );
    yield { what: "typed well", value: clean, unit: "ms", base: clean, target: { figure: clean, atMost: 5, of: "ms" } };
    yield { what: "typed well, the drill", value: check, unit: "ms", base: clean };
    yield { what: "typed well, with a grant for each of 30 epochs to open", value: more, unit: "ms", base: clean };
    yield* withHistory(quick ? [3, 10] : [10, 100, 1000], rounds);
    const slowest: number[] = [];
    for (const [mistake, make] of Object.entries(MISTAKES)) {
      const texts = Array.from({ length: quick ? 2 : TEXTS }, (_, turn) => make(text, turn));
      const works = Object.fromEntries(texts.map((typed, turn) => [`${turn}`, () => open(typed)]));
      const times = Object.values(await compare(works, { ...rounds, milliseconds: 0 })).map((each) => each as number);
      slowest.push(Math.max(...times));
      yield { what: `${mistake}: median of ${texts.length} texts`, value: median(times), unit: "ms", base: clean };
    }
    const figure = Math.max(...slowest);
    const target = { figure, atMost: 50, of: "ms" } as const;
    yield { what: "the slowest text of all", value: figure, unit: "ms", base: clean, target };
    if (!quick) yield { what: "age, passphrase (scrypt)", value: await agePassphrase(), unit: "ms", base: clean };
  },
};

/** Papers that were made after so many epochs: one grant has them all. The device that is approved by one needs each seed checked fully. */
async function* withHistory(sizes: readonly number[], rounds: Rounds): AsyncGenerator<Line> {
  const works: Record<string, Work> = {};
  for (const epochs of sizes) {
    const { entries, log, text } = paperAfter(epochs);
    works[`made after ${epochs} epochs`] = () => openBackupKey(log, entries, text).keyring.wipe();
    const joined = joinLog(log, { device: { name: "Phone" } }, env);
    const after = joined.accept();
    const approve = { approveUncompared: [after.keyring.member] };
    works[`made after ${epochs} epochs, and approves a device`] = () => {
      const { keyring } = openBackupKey(after.log, entries, text);
      review({ log: after.log, keyring }, approve, env);
      keyring.wipe();
    };
  }
  const times = await compare(works, rounds);
  const base = times[`made after ${sizes[0]} epochs`];
  for (const [what, value] of Object.entries(times)) {
    const target =
      what === "made after 1000 epochs" ? { figure: ratio(value, base), atMost: 3, of: "× 10 epochs" } : undefined;
    yield { what, value, unit: "ms", base, target };
  }
}

function paperAfter(epochs: number) {
  const first = createLog({ subject: SUBJECT, device: { name: "Laptop" } }, env);
  const { state, entries } = withRotations(first.accept(), [first.entry], epochs);
  const made = createBackupKey(state, {}, env);
  const { log: after, paper } = made.accept();
  return { log: after, entries: [...entries, made.entry], text: paper.reveal(after) };
}

function withRotations(session: MemberState, entries: Uint8Array[], epochs: number) {
  let last = session;
  while (last.log.epochs.length < epochs) {
    const next = rotate(last, env);
    entries.push(next.entry);
    last = next.accept();
  }
  return { log: last.log, state: last, entries };
}

async function agePassphrase(): Promise<number | undefined> {
  const peer = await age();
  if (!peer) return undefined;
  const encrypter = new peer.Encrypter();
  encrypter.setPassphrase("correct horse battery staple");
  const sealed = await encrypter.encrypt(new Uint8Array(32));
  const decrypter = new peer.Decrypter();
  decrypter.addPassphrase("correct horse battery staple");
  const start = performance.now();
  await decrypter.decrypt(sealed);
  return performance.now() - start;
}
