// How fast an organisation's report is, and whether its memory is flat over 10,000 users: docs/spec.md section 11. An async
// generator gives 240 distinct verified logs of 20 links, again and again.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  createBackupKey,
  createLog,
  joinLog,
  type LogState,
  type MemberState,
  receive,
  review,
  rotate,
  systemEnv,
} from "keystead";
import { english } from "keystead/english";
import {
  createEscrowLog,
  enrollEscrow,
  organisationReport,
  type ReportedUser,
  ReportTotals,
  reportCsvLine,
  setPolicy,
} from "keystead/escrow";
import { compare } from "../support/measure.js";
import { type Row, ratio } from "../support/row.js";

const env = systemEnv();
const TRUNKS = 12;
const LINKS = 20;

/** An escrow log that is ready. */
function escrowLog(): LogState {
  const first = createEscrowLog({ subject: "escrow@example.org", device: { name: "Ann" } }, env).accept();
  const ann = createBackupKey(first, { roles: ["manage"] }, env).accept();
  return setPolicy(ann, { enabled: true }, env).accept().log;
}

/** A user's log up to its last link: a phone was approved, escrow was enrolled at some point or never, and keys rotated. */
function trunk(index: number, escrow: LogState): MemberState {
  const enrollsAt = index % 6 === 0 ? Number.POSITIVE_INFINITY : 3 + index;
  let laptop: MemberState = createLog({ subject: `user${index}`, device: { name: "Laptop" } }, env).accept();
  const phone = joinLog(laptop.log, { device: { name: "Phone" } }, env);
  laptop = review(
    receive(laptop, phone.entry, { now: "unchecked" }),
    { approveUncompared: [phone.accept().keyring.member] },
    env,
  ).accept();
  const at = { escrowLog: escrow, storedConfirmation: escrow.head };
  while (laptop.log.head.seq < LINKS - 1) {
    const enrolls = laptop.log.head.seq === enrollsAt;
    laptop = (
      enrolls
        ? enrollEscrow(laptop, { escrowLog: escrow, storedConfirmation: escrow.head }, env)
        : rotate(laptop, env, { escrow: at })
    ).accept();
  }
  return laptop;
}

/** Distinct verified logs. Each trunk ends in many ways, which costs less than authoring that many whole logs. */
function buildLogs(escrow: LogState, trunkCount: number): readonly LogState[] {
  const trunks = Array.from({ length: trunkCount }, (_, index) => trunk(index, escrow));
  const at = { escrowLog: escrow, storedConfirmation: escrow.head };
  return trunks.flatMap((laptop) => Array.from({ length: 20 }, () => rotate(laptop, env, { escrow: at }).accept().log));
}

async function* users(logs: readonly LogState[], count: number): AsyncGenerator<ReportedUser> {
  for (let index = 0; index < count; index++) yield { log: logs[index % logs.length] as LogState };
}

/** The least that any report must do: look at every link and every box of every user once. */
async function baseline(logs: readonly LogState[], count: number): Promise<number> {
  let boxes = 0;
  for await (const { log } of users(logs, count))
    for (const { grants } of log.links)
      for (const grant of grants) for (const { kemKey: kem } of grant.boxes) boxes += kem.length;
  return boxes;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const heap = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_000_000;
};

/** Everything that an admin sees or saves. @returns characters of the file */
async function report(escrow: LogState, logs: readonly LogState[], count: number, marks?: number[]): Promise<number> {
  const totals = new ReportTotals();
  let characters = 0;
  const onProgress = (done: number) => {
    if (marks && done % (count / 4) === 0) marks.push(heap());
  };
  for await (const row of organisationReport(escrow, users(logs, count), { onProgress })) {
    totals.add(row);
    characters += reportCsvLine(row, english).length;
  }
  if (totals.users !== count) throw new Error("the report left users out");
  return characters;
}

export const coverage: Row = {
  name: "coverage",
  title: "an organisation's coverage, from verified states of 20 links",
  async *run({ quick, fewRounds }) {
    const count = quick ? 400 : 10_000;
    const escrow = escrowLog();
    const logs = buildLogs(escrow, quick ? 1 : TRUNKS);
    const times = await compare(
      { baseline: () => baseline(logs, count), report: () => report(escrow, logs, count) },
      fewRounds,
    );
    const marks: number[] = [];
    await report(escrow, logs, count, marks);
    const base = times.baseline;
    yield { what: `looking once at every link of ${count} users (baseline)`, value: base, unit: "ms", base };
    yield {
      ...{ what: `the report of ${count} users`, value: times.report, unit: "ms", base },
      target: { figure: ratio(times.report, 1000), atMost: 1, of: "s" },
    };
    const growth = (marks.at(-1) as number) - (marks[0] as number);
    const target = { figure: growth, atMost: 5, of: "MB (flat)" };
    yield { what: "heap after all users, more than after a quarter", value: growth, unit: "MB", target };
  },
};
