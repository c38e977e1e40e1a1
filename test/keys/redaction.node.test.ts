// Output of Node's console and inspector for keyrings and keys: it shows no secret, with any options. docs/spec.md section 5.

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { rekey } from "../../src/authoring/verbs.js";
import { toHex } from "../../src/bytes/text.js";
import { epochPrivateKey, epochSeed, partsOf } from "../../src/keys/keyring.js";
import { ownSeed } from "../support/own-seed.js";
import { seededEnv } from "../support/seeded-env.js";
import { STATEMENT_KEYS } from "../support/service.js";
import { OPERATOR, openWorld, seedNamed } from "../support/world.js";

const { keyring } = openWorld("redaction").session("Laptop");
const { keys } = partsOf(keyring);
const proposal = rekey(openWorld("redaction").session("Laptop"), seededEnv("redaction of a proposal"));
const proposed = proposal.accept().keyring;
const secrets = [
  ownSeed(keyring),
  epochSeed(keyring, 1).bytes(),
  seedNamed("the operator"),
  ownSeed(proposed),
  epochSeed(proposed, 2).bytes(),
  seedNamed("the statement key"),
];

describe("inspection", () => {
  it.each([
    ["a keyring", keyring],
    ["a session", openWorld("redaction").session("Laptop")],
    ["member keys", keys],
    ["an epoch's private key", epochPrivateKey(keyring, 1)],
    ["the operator's keys", OPERATOR],
    ["a statement key", STATEMENT_KEYS],
    ["an epoch's seed", epochSeed(keyring, 1)],
    ["a proposal", rekey(openWorld("redaction").session("Laptop"), seededEnv("redaction of a proposal"))],
    ["an accepted proposal", proposal],
    ["the parts of a keyring", partsOf(keyring)],
  ])("of %s shows no secret", (_what, value) => {
    for (const customInspect of [true, false]) {
      const shown = inspect(value, { depth: null, showHidden: true, maxArrayLength: null, customInspect });
      for (const secret of secrets) {
        expect(shown).not.toContain(toHex(secret).slice(0, 12));
        expect(shown.replace(/\s/g, "")).not.toContain([...secret].slice(0, 6).join());
      }
    }
  });

  it("of a keyring says that it is one", () => {
    expect(inspect(keyring)).toBe("Keyring [secret]");
    expect(inspect({ keyring })).toContain("Keyring [secret]");
    expect(inspect(proposal)).toBe("Proposal [secret]");
  });
});
