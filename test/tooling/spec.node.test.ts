// Section 6.5 of the specification has every link type, with its four lines in order, and its drawings are there to be rendered.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LINK_TYPES } from "../../src/log/registry.js";
import * as LABELS from "../../src/primitives/labels.js";

const spec = readFileSync("docs/spec.md", "utf8");
const [, section = ""] = /^### 6\.5 Link types\n(.*?)^### 6\.6/ms.exec(spec) ?? [];
const types = section.split(/^#### /m).slice(1);

describe("link types in the specification", () => {
  it("are those of the registry", () => {
    const named = types.map((text) => text.split("\n")[0]);
    expect([...named].sort()).toEqual(Object.keys(LINK_TYPES).sort());
  });

  it.each(types.map((text) => [text.split("\n")[0], text]))("%s has four lines", (_name, text) => {
    const lines = [...(text ?? "").matchAll(/^- \*\*(\w+):\*\* \S/gm)].map(([, name]) => name);
    expect(lines).toEqual(["Sign", "Introduces", "Admit", "Does"]);
  });
});

describe("warnings in the specification", () => {
  it("are those of the code: a new one is specified in section 8", () => {
    const codes = readFileSync("src/coverage/warnings.ts", "utf8").matchAll(/readonly code: "([a-z-]+)"/g);
    const [, warnings = ""] = /^- \*\*Warnings\*\*: (.*?)\n- \*\*/ms.exec(spec) ?? [];
    const named = warnings.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g);
    expect([...named].map(([, code]) => code).sort()).toEqual([...codes].map(([, code]) => code).sort());
  });
});

it("the specification has its three drawings", () => {
  const drawings = [...spec.matchAll(/^```mermaid\n(\S+)/gm)].map(([, kind]) => kind);
  expect(drawings).toEqual(["flowchart", "block-beta", "flowchart"]);
});

describe("labels in the specification (ENC-5)", () => {
  it("are those of the code: a new one is specified in section 4.2", () => {
    const [, table = ""] = /^### 4\.2 Labels\n(.*?)^### 4\.3/ms.exec(spec) ?? [];
    const named = [...table.matchAll(/^\| `(keystead\/v1\/[a-z/-]+)` \|/gm)].map(([, label]) => label);
    expect(named.sort()).toEqual(Object.values(LABELS).sort());
  });
});
