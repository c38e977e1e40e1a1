// The order of checks of section 6.4 is written down once in the code, with the numbers of the specification.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, code: readFileSync(join("src", name), "utf8") }));
const codeOf = (name: string) => sources.find((source) => source.name === name)?.code ?? "";

describe("the order of checks", () => {
  it("shows steps 3 to 11 as numbered comments in one function, in order", () => {
    const [, body = ""] = /\nexport function judge\(.*?\{\n(.*?)\n\}\n/s.exec(codeOf("log/judge.ts")) ?? [];
    const steps = [...body.matchAll(/^ {2}\/\/ (\d+)\. /gm)].map(([, step]) => Number(step));
    expect(steps).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it.each(["log/verify-link.ts", "authoring/write-link.ts"])("%s uses that function", (name) => {
    expect(codeOf(name)).toMatch(/import \{ judge \} from "[./a-z]+judge\.js";/);
  });

  it("has each step called by that function alone", () => {
    const steps = ["applyEffect(", "checkInvariants(", "checkIntroduced(", "type.admit(", "checkEntered("];
    const callers = (step: string) =>
      sources.filter(({ code }) => code.replaceAll(`function ${step}`, "").includes(step)).map(({ name }) => name);
    for (const step of steps) expect([step, callers(step)]).toEqual([step, ["log/judge.ts"]]);
  });

  it("has no message cut out of another", () => {
    const cuts = /[mM]essage\s*\.\s*(slice|replace|replaceAll|split|substring|match)\(/;
    expect(sources.filter(({ code }) => cuts.test(code)).map(({ name }) => name)).toEqual([]);
  });
});
