// Strangers who come and leave cost a reader no copy of what the members know of each other. docs/spec.md section 6.4 (cost).

import { expect, it } from "vitest";
import { verifyLog } from "../../src/log/verify.js";
import { Links } from "../support/links.js";
import { rawEntry } from "../support/raw-link.js";

const PAIRS = 150;

/** Milliseconds for each join and leave in lockdown, beside a chain of devices that enrolled each other. */
function costBeside(size: number): number {
  let links = Links.ofUser();
  for (let at = 0; at < size; at++) links = links.enroll(at === 0 ? "Laptop" : `D${at - 1}`, `D${at}`, "device");
  links = links.plus("Laptop", { type: "lockdown", on: true, remove: [] });
  const start = links.log.head.seq;
  for (let at = 0; at < PAIRS; at++) links = links.join(`T${at}`).plus(`T${at}`, { type: "leave" });
  const entries = [...links.log.links].map(({ bytes }) => rawEntry(bytes));
  const timed = (end?: number) => {
    const from = performance.now();
    verifyLog(entries.slice(0, end), { subject: links.log.subject, now: "unchecked" });
    return performance.now() - from;
  };
  timed();
  return Math.max(0.01, (Math.min(timed(), timed()) - Math.min(timed(start), timed(start))) / PAIRS);
}

it("near as much beside 250 devices as alone (it was seven times as much)", () => {
  const [alone, beside] = [costBeside(0), costBeside(250)];
  console.log(`alone ${alone.toFixed(2)} ms, beside 250 ${beside.toFixed(2)} ms a pair`);
  expect(beside).toBeLessThan(4 * alone + 1);
}, 600_000);
