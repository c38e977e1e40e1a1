// Logs with every type of link, told from the first to the last, with the state after each link and what each device holds in the
// end: docs/spec.md sections 6, 7 and 11.

import type { LogState } from "../../../src/log/state.js";
import { appendEntry, verifyLog } from "../../../src/log/verify.js";
import {
  dismiss,
  enroll,
  hire,
  joinWithholding,
  openEscrow,
  paper,
  policyBy,
  recoverBy,
  regrantEscrow,
  renew,
  renewedBy,
  reviewEscrow,
} from "../../../test/escrow/support.js";
import { recordAccess, regrant } from "../../../test/support/accepted.js";
import { boxIndex, withAttachment } from "../../../test/support/raw-link.js";
import { OPERATOR, openWorld, type World } from "../../../test/support/world.js";
import { bytes, type Load, optionsOf, type Secrets, texts, type VectorFile } from "../format.js";
import { secretsOf } from "../secrets.js";
import { stateText } from "./state.js";

/** vectors/positive/logs: a log, the state after each link, and what every active device and backup key holds in the end. */
export interface Story {
  readonly description: string;
  readonly load: Load;
  readonly entries: readonly string[];
  readonly states: readonly ReturnType<typeof stateText>[];
  /** What each opens from the entries with its newest seed. */
  readonly devices: readonly (Secrets & { readonly name: string })[];
}

/** Everything that a user does without an organisation; a thief's device grants the phone junk on the way. */
function tellUser(): World {
  const three = openWorld("story", { operator: true })
    .join("Phone")
    .review("Laptop", { approve: ["Phone"] })
    .rotate("Laptop")
    .backup("Laptop", "Paper")
    .enroll("Laptop", "Tablet");
  const thief = three.join("Thief");
  const index = boxIndex(thief.record, three.id("Phone"));
  const junk = withAttachment(thief.last, index, new Uint8Array(1168), [thief.signer("Thief")]);
  const invaded = three.append(junk).with("Thief", thief.session("Thief").keyring);
  // The phone cannot open epoch 4: it declares so, and makes a new one.
  const declared = invaded.rotate("Phone").review("Laptop", { remove: ["Thief"] });
  const healed = declared.act("Laptop", "regrants", (session, env) =>
    regrant(session, [{ member: declared.id("Phone"), runs: [[4, 4]] }], env),
  );
  const moved = healed
    .rekey("Phone")
    .rename("Phone", "My phone")
    .join("Lost")
    .expel("Lost")
    .rotate("Tablet")
    .leave("Tablet");
  const locked = moved.join("Stranger").lockdown("Laptop", true, ["Stranger"]).join("New").join("Newer");
  return locked
    .review("Laptop", { approve: ["New"] })
    .lockdown("Phone", false)
    .review("Paper", { approve: ["Newer"] });
}

/** An escrow log: admins come and go, the policy changes, an access is recorded. */
function tellOrganisation(user: World): World {
  const enabled = policyBy(paper(openEscrow("story", { operator: true }), ["manage"]), "Ann", { enabled: true });
  const staffed = hire(hire(enabled, "Bob", ["recover"]), "Eve", ["discover"]);
  const accessed = staffed.act("Eve", "records an access", (session, env) =>
    recordAccess(session, { userLog: user.log, epochs: [[1, 1]], reason: "A court order", case: "7" }, env),
  );
  const turned = dismiss(accessed.rotate("Bob").enroll("Ann", "Desk"), "Bob").join("Zoe").expel("Zoe");
  return policyBy(turned, "Ann", { enabled: false }, OPERATOR);
}

/** A user of that organisation: escrow is enrolled, kept out, given again, renewed, acts, and is removed. */
function tellMember(): World {
  const before = hire(policyBy(paper(openEscrow("member story"), ["manage"]), "Ann", { enabled: true }), "Bob", [
    "recover",
  ]);
  const after = dismiss(before, "Bob");
  const enrolled = enroll(openWorld("member story").rotate("Laptop"), "Laptop", before);
  const withheld = joinWithholding(enrolled, "Phone").review("Laptop", { approve: ["Phone"] });
  const given = regrantEscrow(withheld, "Laptop", [[3, 3]]);
  const recovered = recoverBy(given.join("Tablet"), before, "Bob", {
    approve: ["Tablet"],
    remove: ["Laptop", "Phone"],
  });
  const renewed = renew(renewedBy(recovered, after, "Ann"), "Tablet", after.rotate("Ann"));
  return reviewEscrow(renewed, "Tablet", "remove");
}

/** The states after each link. */
export function statesOf({ load, entries }: Pick<Story, "load" | "entries">): Story["states"] {
  const [first, ...rest] = entries.map(bytes) as [Uint8Array, ...Uint8Array[]];
  const logs: LogState[] = [verifyLog([first], optionsOf(load))];
  for (const entry of rest) logs.push(appendEntry(logs.at(-1) as LogState, entry, { now: "unchecked" }));
  return logs.map(stateText);
}

function storyOf(description: string, world: World): Story {
  const told = { load: { subject: world.log.subject, kind: world.log.kind }, entries: texts(world.entries) };
  const devices = [...world.sessions].filter(([name]) => world.log.active.has(world.id(name)));
  return {
    ...{ description, ...told, states: statesOf(told) },
    devices: devices.map(([name, { keyring }]) => ({ name, ...secretsOf(keyring) })),
  };
}

export function storyFiles(): readonly VectorFile[] {
  const user = tellUser();
  const member = tellMember();
  return [
    ["positive/logs/user.json", storyOf("A user's log without escrow.", user)],
    ["positive/logs/organisation.json", storyOf("An organisation's escrow log.", tellOrganisation(member))],
    ["positive/logs/member_of_an_organisation.json", storyOf("A user's log with escrow.", member)],
  ];
}
