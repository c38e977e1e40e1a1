// Every question, status and state of a session has words in the catalogue, and stands in docs/screens.md (docs/spec.md section 8).

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Ask } from "../../src/client/asks.js";
import type { EscrowAsk } from "../../src/client/escrow-asks.js";
import { EscrowSession } from "../../src/client/escrow-session.js";
import type { Intent } from "../../src/client/intents.js";
import type { Snapshot } from "../../src/client/snapshot.js";
import { compareContact } from "../../src/fingerprint/contacts.js";
import { trackContact } from "../../src/fingerprint/tracked-contact.js";
import { english } from "../../src/views/english.js";
import { type Tellable, textOf } from "../../src/views/texts.js";
import { openWorld } from "../support/world.js";

const world = openWorld("alice");
const strangers = world.join("Phone").join("Tablet");
const member = world.id("Laptop");
const name = {
  ...({ code: "member", member, kind: "device", name: "Phone", shortId: "12345678", withId: false } as const),
  organisation: undefined,
};
const error = { name: "KeysteadError", code: "LOST_RACE", kind: "not-now", message: "lost", details: {} } as const;
const change = compareContact(trackContact(world.log), strangers.log);

type Asked = Ask | EscrowAsk;
type Facts<Q> = Omit<Extract<Asked, { readonly question: Q }>, "id" | "question" | "code">;
type Sample = { readonly [Q in Asked["question"]]: readonly [Facts<Q>, RegExp] };

/** Facts of each question, and what its words say: a question that is missing here does not compile. */
const QUESTIONS: Sample = {
  standing: [{ standing: "removed" }, /was removed/],
  "confirm-escrow": [
    { head: world.log.head, at: world.log.head, because: "never-confirmed" },
    /Compare the fingerprint/,
  ],
  "whose-members": [{ members: [member], names: [name] }, /Phone/],
  "remove-escrow": [{ escrow: member, name, because: "disabled" }, /Remove Phone\?/],
  "enroll-again": [{ removedAt: 4, when: new Date(0) }, /1 January 1970/],
  regrant: [{ member, name, epochs: [[1, 2]], because: "not-own" }, /Phone asks/],
  disown: [{ acts: [3] }, /disown/],
  clock: [{ ahead: 9, when: new Date(0) }, /check the clock/],
  interrupted: [{ intent: "rename", error }, /^This was not done: renaming a device\./],
  copied: [{ at: 4 }, /Another copy of this device/],
  "prove-backup-key": [{ member }, /two groups/],
  "contact-changed": [{ change }, /^alice@example.org: 2 changes/],
  "escrow-needs": [{ needs: ["device", "enabled"] }, /lacks a device .* and a policy/],
  "second-backup-key": [{}, /second one/],
  admit: [{ member, name }, /^Phone waits for approval/],
  "publish-fingerprint": [{}, /publish/],
  "open-act": [{ act: 5, user: "bob" }, /for bob/],
};

/**
 * What only admins are asked, and the verbs that their guide names for it: a question that is missing here does not compile. `disown` is a
 * step of the agenda, stands in both guides, and is answered.
 */
const ADMINS: Readonly<Record<EscrowAsk["question"] | "disown", readonly string[]>> = {
  "escrow-needs": ["enable"],
  "second-backup-key": ["createBackupKey"],
  admit: ["save"],
  "publish-fingerprint": ["fingerprintPublished"],
  "open-act": ["finish", "disown"],
  disown: [],
};

describe("the words of a session", () => {
  it.each(Object.entries(QUESTIONS))("say the question %s", (question, [facts, says]) => {
    const text = textOf({ question, code: `question-${question}`, ...facts } as unknown as Tellable, english);
    expect(text).toMatch(says);
    expect(text).not.toMatch(/undefined|\[object|NaN/);
  });

  it("are there for every question of the catalogue, and for no other", () => {
    const coded = Object.keys(english.texts).filter((code) => code.startsWith("question-"));
    expect(coded.sort()).toEqual(
      Object.keys(QUESTIONS)
        .map((question) => `question-${question}`)
        .sort(),
    );
  });

  it("say every status, state of the connection, and change", () => {
    const { sessions, connections, changes } = english.words;
    // The types name what a session can be in: the compiler compares them with the catalogue.
    const statuses: Readonly<Record<Snapshot["status"], string>> = sessions;
    const states: Readonly<Record<Snapshot["connection"], string>> = connections;
    const deeds: Readonly<Record<Intent["do"], string>> = changes;
    for (const text of [...Object.values(statuses), ...Object.values(states)]) expect(text).toMatch(/^[A-Z].*\.$/);
    for (const text of Object.values(deeds)) expect(text).toMatch(/^[a-z]+ing /);
  });

  it("stand in the guides, which have every status, state and question", () => {
    const table = (document: string, heading: string): readonly string[] => {
      const section = readFileSync(`docs/${document}`, "utf8").split(`\n## ${heading}`)[1]?.split("\n## ")[0] ?? "";
      return [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].slice(1).map(([, word = ""]) => word);
    };
    const { sessions, connections } = english.words;
    expect([...table("screens.md", "Where this device stands")].sort()).toEqual(Object.keys(sessions).sort());
    expect([...table("screens.md", "How the service was reached")].sort()).toEqual(Object.keys(connections).sort());
    const all = Object.keys(QUESTIONS);
    const isAdmins = (question: string): boolean => question in ADMINS;
    expect([...table("screens.md", "The questions")].sort()).toEqual(
      all.filter((each) => !isAdmins(each) || each === "disown").sort(),
    );
    expect([...table("admin-client-guide.md", "Questions")].sort()).toEqual(all.filter(isAdmins).sort());
  });

  it("name verbs of an admin's session in the admins' guide", () => {
    const guide =
      readFileSync("docs/admin-client-guide.md", "utf8").split("\n## Questions")[1]?.split("\n## ")[0] ?? "";
    const rows = [...guide.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm)].filter(([, question = ""]) => question in ADMINS);
    expect(rows).toHaveLength(Object.keys(ADMINS).length);
    for (const [, question = "", says = ""] of rows) {
      const named = [...says.matchAll(/`([A-Za-z]+)`/g)].map(([, name = ""]) => name);
      const verbs = named.filter((name) => name in EscrowSession.prototype);
      const fields = Object.keys(QUESTIONS[question as Asked["question"]][0]);
      expect(named.filter((name) => !verbs.includes(name) && !fields.includes(name))).toEqual([]);
      expect(verbs, question).toEqual(ADMINS[question as keyof typeof ADMINS]);
    }
  });
});
