// How fast an organisation's report is, and whether its memory is flat over 10,000 users: `npx tsx bench/escrow-report.ts`.
// docs/spec.md section 11. 240 distinct verified logs of 20 links are reused in turn through an async generator.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  createEscrowLog,
  createLog,
  enrollBackupKey,
  enrollEscrow,
  joinLog,
  type LogState,
  organisationReport,
  type ReportedUser,
  ReportTotals,
  receive,
  reportCsvLine,
  review,
  rotate,
  type Session,
  setPolicy,
  systemEnv,
} from "../src/index.js";

const env = systemEnv();
const USERS = 10_000;
const TRUNKS = 12;
const BRANCHES = 20;
const LINKS = 20;

/** An escrow log that is ready. */
function escrowLog(): LogState {
  const first = createEscrowLog({ subject: "escrow@example.org", device: { name: "Ann" } }, env);
  const ann = enrollBackupKey(first, { roles: ["manage"] }, env);
  return setPolicy(ann, { enabled: true }, env).log;
}

/** A user's log up to its last link: a phone was approved, escrow was enrolled at some time or never, and keys rotated. */
function trunk(index: number, escrow: LogState): Session {
  const enrollsAt = index % 6 === 0 ? Number.POSITIVE_INFINITY : 3 + index;
  let laptop: Session = createLog({ subject: `user${index}`, device: { name: "Laptop" } }, env);
  const phone = joinLog(laptop.log, { device: { name: "Phone" } }, env);
  laptop = review(receive(laptop, phone.entry), { approve: [phone.keyring.member] }, env);
  while (laptop.log.head.seq < LINKS - 1) {
    laptop = laptop.log.head.seq === enrollsAt ? enrollEscrow(laptop, escrow, escrow.head, env) : rotate(laptop, env);
  }
  return laptop;
}

/** Distinct verified logs: each trunk ends in many ways, which costs less than that many whole logs. */
function buildLogs(escrow: LogState): readonly LogState[] {
  const trunks = Array.from({ length: TRUNKS }, (_, index) => trunk(index, escrow));
  return trunks.flatMap((laptop) => Array.from({ length: BRANCHES }, () => rotate(laptop, env).log));
}

async function* users(logs: readonly LogState[]): AsyncGenerator<ReportedUser> {
  for (let index = 0; index < USERS; index++) yield { log: logs[index % logs.length] as LogState };
}

/** What any report must do at least: look at every link and every box of every user once. */
async function baseline(logs: readonly LogState[]): Promise<number> {
  let boxes = 0;
  for await (const { log } of users(logs))
    for (const { grants } of log.links)
      for (const grant of grants) for (const { kem } of grant.boxes) boxes += kem.length;
  return boxes;
}

async function timed<T>(run: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const start = performance.now();
  const result = await run();
  return { ms: performance.now() - start, result };
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const heap = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_048_576;
};

const escrow = escrowLog();
const built = await timed(async () => buildLogs(escrow));
const logs = built.result;
console.log(`${logs.length} verified logs of ${LINKS} links built in ${built.ms.toFixed(0)} ms`);

await baseline(logs);
const plain = await timed(() => baseline(logs));
const marks: number[] = [];
const report = await timed(async () => {
  const totals = new ReportTotals();
  let characters = 0;
  const onProgress = (done: number) => {
    if (done % (USERS / 4) === 0) marks.push(heap());
  };
  for await (const row of organisationReport(escrow, users(logs), { onProgress })) {
    totals.add(row);
    characters += reportCsvLine(row).length;
  }
  return { totals, characters };
});

const { totals, characters } = report.result;
console.log(
  `report:   ${totals.users} users in ${report.ms.toFixed(0)} ms, ${((totals.users / report.ms) * 1000).toFixed(0)} users/s`,
);
console.log(
  `          ${JSON.stringify(totals.statuses)}, ${totals.todo.length} to do, ${characters} characters of CSV`,
);
console.log(
  `baseline: ${plain.ms.toFixed(0)} ms to look at every link once; the report takes ${(report.ms / plain.ms).toFixed(1)} times that`,
);
const growth = (marks.at(-1) as number) - (marks[0] as number);
console.log(
  `heap:     ${marks.map((mark) => mark.toFixed(1)).join(", ")} MiB at each quarter: ${growth.toFixed(1)} MiB from first to last`,
);
