// The rows of the agenda's code are those of the table in docs/spec.md section 11.2, in its order.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { WITH_ESCROW, WITHOUT_ESCROW } from "../../src/agenda/escrow.js";

const [, table = ""] =
  /\*\*Escrow\*\*, in a user's log\. .*?\n\n(.*?)\n\n/s.exec(readFileSync("docs/spec.md", "utf8")) ?? [];
const [without = "", withOne = ""] = table.split("*there is an escrow member:*");
const rowsOf = (part: string) => [...part.matchAll(/^\| (\d+) \|/gm)].map(([, row]) => Number(row));

it("has the rows without an escrow member, after the one for which there is no escrow log", () => {
  expect(rowsOf(without).slice(1)).toEqual([2, 3, 4, 5, 6, 7, 8]);
  expect(WITHOUT_ESCROW.map(({ row }) => row)).toEqual(rowsOf(without).slice(1));
});

it("has the rows with an escrow member", () => {
  expect(rowsOf(withOne)).toHaveLength(12);
  expect(WITH_ESCROW.map(({ row }) => row)).toEqual(rowsOf(withOne));
});
