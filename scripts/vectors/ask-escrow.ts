// Answers the questions of vectors/negative/escrow with this library.

import { agenda } from "../../src/agenda/agenda.js";
import { actRecords, looseActs } from "../../src/escrow/act.js";
import { accessRecords } from "../../src/escrow/discover.js";
import type { LogState } from "../../src/log/state.js";
import { escrowMember } from "../../src/log/state.js";
import { escrowActs } from "../../src/trust/acts.js";
import { claimedRuns } from "../../src/trust/claimed.js";
import { broughtIn } from "../../src/trust/doubt.js";
import { escrowNeeds } from "../../src/trust/escrow-needs.js";
import { judgePointer } from "../../src/trust/pointer.js";
import { renewalReasons } from "../../src/trust/renewal.js";
import { type Asking, bytes, type EscrowVector } from "./format.js";
import { keyringOf } from "./secrets.js";
import { stepTexts } from "./steps.js";

type Ask = (user: LogState, escrow: LogState, vector: EscrowVector, side: "bad" | "good") => unknown;

/** One question about both logs. */
export const QUESTIONS: Readonly<Record<EscrowVector["question"], Ask>> = {
  pointer(user, escrow) {
    const pointer = escrowMember(user)?.pointer;
    return pointer && judgePointer(pointer, escrow);
  },
  act(user, escrow) {
    const last = escrowActs(user, escrow)
      .filter(({ type }) => type === "review")
      .at(-1);
    return last?.believed ? "believed" : "unverified";
  },
  unverified(user, escrow) {
    const acts = escrowActs(user, escrow).filter(({ type, believed }) => type === "review" && !believed);
    return [...broughtIn(user, new Set(acts.map(({ seq }) => seq)), {})].sort();
  },
  needs: (_user, escrow) => escrowNeeds(escrow),
  claimed: (user, escrow) => claimedRuns(user, escrow),
  due: (user, escrow) => renewalReasons(user, escrow).some((reason) => reason !== "founder"),
  loose: (_user, escrow) => looseActs(escrow).map(({ seq }) => seq),
  agenda(user, escrow, { device }, side) {
    const asking = (device as NonNullable<typeof device>)[side];
    const { confirmed, confirmedAt, own, notOwn, removeEscrow, declined, enrollAgain, ...secrets } = asking;
    const knowledge = {
      ...{ now: "unchecked", escrowLog: escrow, storedConfirmation: confirmed, own, strangers: notOwn, removeEscrow },
      ...{ confirmedAt, declinedEscrow: declined, enrollAgainAfter: enrollAgain },
    };
    const session = { log: user, keyring: keyringOf(user.head.log, secrets) };
    return stepTexts(agenda(session, knowledge as unknown as Parameters<typeof agenda>[1]));
  },
  record(_user, escrow, { admin, record }, side) {
    const session = { log: escrow, keyring: keyringOf(escrow.head.log, admin as Asking) };
    const entries = [bytes(record?.[side] as string)];
    const found = escrow.links.last()?.act ? actRecords(session, entries) : accessRecords(session, entries);
    return { junk: found.at(-1)?.junk };
  },
};
