// The signer's standing after an admin has restored a device: an approval by escrow makes no device one that was trusted before.
// Each attack has a twin that differs in the approving member. docs/spec.md sections 6.8, 10 and 12.2.

import { describe, expect, it } from "vitest";
import { openSigned } from "../../src/content/open.js";
import { sealContent } from "../../src/content/seal.js";
import { acknowledgeContact } from "../../src/fingerprint/acknowledge.js";
import { type TrackedContact, trackContact } from "../../src/fingerprint/tracked-contact.js";
import { confirmedFounder } from "../../src/log/state.js";
import { hire, openOrganisation, openUser, recoverBy } from "../escrow/support.js";
import { seededEnv } from "../support/seeded-env.js";
import type { World } from "../support/world.js";
import { content, person } from "./support.js";

const bob = person("bob");
const env = seededEnv("standing");
const escrow = hire(openOrganisation("standing"), "Bob", ["recover"]);
const user = openUser("standing", escrow).join("Phone");

/** The standing of a device, by content that it signs with the log as in `then`, to a reader with the log as in `now`. */
async function standing(then: World, name: string, now: World = then, senderPin?: TrackedContact) {
  const sealed = await sealContent([bob.log], content(5), { purpose: "letter", signer: then.session(name) }, env);
  const { sender } = await openSigned(sealed, bob.keyring, { senderLog: now.log, senderContact: senderPin });
  return sender.trust;
}

describe("a thief's device that an admin approved while the founding device was there", () => {
  const approved = recoverBy(user, escrow, "Bob", { approve: ["Phone"] });
  const pin = trackContact(approved.log);
  const alone = approved.leave("Laptop");

  it("is `neither`, becomes `restored` once the founding device is gone, and never `founding`", async () => {
    expect(await standing(approved, "Phone")).toBe("neither");
    expect(await standing(alone, "Phone")).toBe("restored");
    expect(await standing(approved, "Phone", alone)).toBe("restored");
    expect(await standing(alone, "Phone", alone, pin)).toBe("restored");
    expect(await standing(approved, "Laptop", alone, pin)).toBe("founding");
    // A device that it approves has the same standing.
    const more = alone.join("Watch").review("Phone", { approve: ["Watch"] });
    expect(await standing(more, "Watch", more, pin)).toBe("restored");
    expect(await standing(more, "Watch")).toBe("restored");
  });

  it("is `founding` if the founding device approved it: the twin", async () => {
    const honest = user.review("Laptop", { approve: ["Phone"] }).leave("Laptop");
    expect(await standing(honest, "Phone")).toBe("founding");
    expect(await standing(honest, "Phone", honest, trackContact(user.log))).toBe("founding");
  });
});

describe("a device that an admin restored after all was lost", () => {
  const restored = recoverBy(user.join("Stranger"), escrow, "Bob", { approve: ["Phone"], remove: ["Laptop"] });

  it("is `restored` until the user has compared fingerprints, and then of the trusted class", async () => {
    const pin = trackContact(user.log);
    expect(await standing(restored, "Phone", restored, pin)).toBe("restored");
    expect(await standing(restored, "Phone", restored, acknowledgeContact(pin, restored.log))).toBe("founding");
    expect(await standing(restored, "Phone")).toBe("restored");
  });

  it("gives no standing to a stranger that was there: the twin", async () => {
    const pin = acknowledgeContact(trackContact(user.log), restored.log);
    expect(await standing(restored, "Stranger")).toBe("neither");
    expect(await standing(restored, "Stranger", restored, pin)).toBe("neither");
  });

  it("is not `founding` through a stranger that gave it its own founder, and neither is the stranger", async () => {
    const led = user
      .join("Stranger")
      .join("Tablet")
      .review("Stranger", { approve: ["Tablet"] });
    const saved = recoverBy(led, escrow, "Bob", { approve: ["Tablet"], remove: ["Laptop"] });
    const pin = trackContact(saved.log);
    expect(confirmedFounder(saved.log)).toBe(1);
    expect(await standing(saved, "Stranger", saved, pin)).toBe("neither");
    expect(await standing(saved, "Tablet", saved, pin)).toBe("restored");
    expect(await standing(saved, "Stranger")).toBe("neither");
    expect(await standing(saved, "Tablet")).toBe("restored");
  });

  it("is not `restored` any more once others lead the log, for a reader with the log alone", async () => {
    const taken = restored.review("Stranger", { remove: ["Phone"] });
    expect(await standing(restored, "Phone", taken)).toBe("neither");
    expect(await standing(taken, "Stranger", taken)).toBe("founding");
    const pin = acknowledgeContact(trackContact(user.log), restored.log);
    expect(await standing(restored, "Phone", taken, pin)).toBe("founding");
    expect(await standing(taken, "Stranger", taken, pin)).toBe("neither");
  });
});
