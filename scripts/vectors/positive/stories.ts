// Logs with every type of link, with the state after each link and the epochs that each device holds in the end: docs/spec.md
// sections 6, 7 and 11.

import type { LogState } from "../../../src/log/state.js";
import { appendEntry, verifyLog } from "../../../src/log/verify.js";
import {
  announce,
  enroll,
  hire,
  joinWithholding,
  openEscrow,
  paper,
  policyBy,
  regrantEscrow,
  renew,
  renewedBy,
  restore,
  reviewEscrow,
} from "../../../test/escrow/support.js";
import { disown, reclaim, recordAccess, regrant, review } from "../../../test/support/accepted.js";
import { boxIndex, withAttachment } from "../../../test/support/raw-link.js";
import { OPERATOR, openWorld, type World } from "../../../test/support/world.js";
import { bytes, type Load, optionsOf, type Secrets, texts, type VectorFile } from "../format.js";
import { secretsOf } from "../secrets.js";
import { stateText } from "./state.js";

/**
 * vectors/positive/logs: a log, the state after each link, and the epochs that every active device and backup key holds in the
 * end.
 */
export interface Story {
  readonly description: string;
  readonly load: Load;
  readonly entries: readonly string[];
  readonly states: readonly ReturnType<typeof stateText>[];
  /** The epochs that each member opens from the entries with its newest seed. */
  readonly devices: readonly (Secrets & { readonly name: string })[];
}

/** Everything that a user does without an organisation. On the way, a thief's device grants junk to the phone. */
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
  // The phone cannot open epoch 4: it declares epoch 4 missing, and makes a new one.
  const declared = invaded.rotate("Phone").review("Laptop", { remove: ["Thief"] });
  const healed = declared.act("Laptop", "regrants", (session, env) =>
    regrant(session, [{ member: declared.id("Phone"), epochs: [[4, 4]] }], env),
  );
  const moved = healed
    .rekey("Phone")
    .rename("Phone", "My phone")
    .join("Lost")
    .expel("Lost")
    .rotate("Tablet")
    .leave("Tablet");
  // A new device takes over the epochs that the tablet held.
  const padded = moved.join("Pad");
  const reclaimed = padded.act("Pad", "reclaims", (session, env) =>
    reclaim(session, { from: padded.session("Tablet").keyring }, env),
  );
  const strangers = ["Stranger", "Pad"];
  const locked = reclaimed.join("Stranger").lockdown("Laptop", true, strangers).join("New").join("Newer");
  return locked
    .review("Laptop", { approve: ["New"] })
    .lockdown("Phone", false)
    .review("Paper", { approve: ["Newer"] });
}

/**
 * A user of an organisation, and that organisation's escrow log. Escrow is enrolled, kept out, given again, renewed, acts, and is
 * removed. Admins come and go, the policy changes, an access is recorded, and acts without effect are disowned.
 */
function tellOrganisation(): { readonly member: World; readonly organisation: World } {
  const enabled = policyBy(paper(openEscrow("story", { operator: true }), ["manage"]), "Ann", { enabled: true });
  const staffed = hire(hire(enabled, "Bob", ["recover"]), "Eve", ["discover"]);
  const enrolled = enroll(openWorld("member story").rotate("Laptop"), "Laptop", staffed);
  const withheld = joinWithholding(enrolled, "Phone").review("Laptop", { approve: ["Phone"] });
  const given = regrantEscrow(withheld, "Laptop", [[3, 3]]);
  const recovery = { approve: ["Tablet"], remove: ["Laptop", "Phone"] };
  const recovered = restore(given.join("Tablet"), staffed, "Bob", recovery);
  const accessed = recovered.escrow.act("Eve", "records an access", (session, env) =>
    recordAccess(session, { userLog: recovered.user.log, epochs: [[1, 1]], reason: "A court order", case: "7" }, env),
  );
  // Bob announces two reviews that he does not make; he disowns the first himself, and Ann the second when she removes him.
  const watched = recovered.user.join("Watch");
  const announced = announce(accessed, "Bob", watched, { approve: ["Watch"] }).escrow;
  const first = announced.act("Bob", "disowns", (session, env) => disown(session, [announced.log.head.seq], env));
  const second = announce(first, "Bob", watched, { remove: ["Watch"] }).escrow;
  const options = { remove: [second.id("Bob")], disown: [second.log.head.seq] };
  const turned = second
    .enroll("Ann", "Desk")
    .act("Ann", "removes Bob", (session, env) => review(session, options, env))
    .rekey("Eve")
    .join("Zoe")
    .expel("Zoe");
  // Escrow then also proves its older keys.
  const renewed = renewedBy(recovered.user, turned, "Ann").join("Desktop");
  const again = restore(renewed, turned, "Ann", { approve: ["Desktop"] });
  const member = reviewEscrow(renew(again.user, "Tablet", again.escrow.rotate("Ann")), "Tablet", "remove");
  return { member, organisation: policyBy(again.escrow.rotate("Ann"), "Ann", { enabled: false }, OPERATOR) };
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
  const { member, organisation } = tellOrganisation();
  return [
    ["positive/logs/user.json", storyOf("A user's log without escrow.", user)],
    ["positive/logs/organisation.json", storyOf("An organisation's escrow log.", organisation)],
    ["positive/logs/member_of_an_organisation.json", storyOf("A user's log with escrow.", member)],
  ];
}
