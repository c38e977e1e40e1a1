// docs/screens.md says what to show for every status, connection and question there is, and for nothing else.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { present } from "../../src/bytes/present.js";

const guide = readFileSync("docs/screens.md", "utf8");
const source = (path: string): string => readFileSync(`src/${path}`, "utf8");

/** The first cells of a table. */
const rowsOf = (head: string): readonly string[] => {
  const table = new RegExp(`^\\| \`${head}\` .*\n\\|[-|]+\\|\n((?:\\|.*\n)+)`, "m").exec(guide);
  return [...present(table?.[1]).matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => present(name)).sort();
};

const quoted = (text: string): readonly string[] => [...text.matchAll(/"([\w-]+)"/g)].map(([, name]) => present(name));

it("every status", () => {
  const union = /export type Status =([^;]+);/.exec(source("views/session.ts"))?.[1];
  expect(rowsOf("status")).toEqual([...quoted(present(union))].sort());
});

it("every connection", () => {
  const union = /export type Connection =(.+?)\n\n/s.exec(source("client/log-sync.ts"))?.[1];
  expect(rowsOf("connection")).toEqual([...quoted(present(union))].sort());
});

it("every question", () => {
  const [session] = source("views/session.ts").split("export type EscrowQuestion");
  const asked = [present(session), source("agenda/steps.ts")].flatMap((text) =>
    [...text.matchAll(/readonly question: ("[^;}]+)/g)].flatMap(([, names]) => quoted(present(names))),
  );
  expect(rowsOf("question")).toEqual([...new Set(asked)].sort());
});
