// What only both logs together show: each file of vectors/negative/escrow, over the real code. docs/spec.md section 11 (ESC-1,
// ESC-3 to ESC-6, ESC-8, ESC-9).

import { describe, expect, it } from "vitest";
import { bytes, type EscrowVector, type Logs } from "../../scripts/vectors/format.js";
import { keyringOf } from "../../scripts/vectors/secrets.js";
import { escrowActs, unverifiedMembers } from "../../src/escrow/acts.js";
import { accessRecords } from "../../src/escrow/discover.js";
import { escrowDuty } from "../../src/escrow/duty.js";
import { escrowNeeds } from "../../src/escrow/escrow-log.js";
import type { LogState } from "../../src/log/state.js";
import { judgePointer } from "../../src/trust/pointer.js";
import { escrowOf } from "../escrow/support.js";
import { byName, prefixState } from "./support.js";

const vectors = byName<EscrowVector>(
  import.meta.glob("../../vectors/negative/escrow/*.json", { eager: true, import: "default" }),
);

/** One question, asked of both logs. */
type Ask = (user: LogState, escrow: LogState, vector: EscrowVector, side: "bad" | "good") => unknown;
const QUESTIONS: Readonly<Record<EscrowVector["question"], Ask>> = {
  pointer: (user, escrow) => judgePointer(escrowOf({ log: user }).pointer ?? expect.unreachable(), escrow),
  act: (user, escrow) => escrowActs(user, escrow).at(-1)?.verdict,
  unverified: (user, escrow) => [...unverifiedMembers(user, escrow)].sort(),
  needs: (_user, escrow) => escrowNeeds(escrow),
  duty(user, escrow, { device }) {
    const { member, confirmed } = device ?? expect.unreachable();
    return escrowDuty(user, { me: member, escrowLog: escrow, confirmed } as never).action;
  },
  record(_user, escrow, { admin, record }, side) {
    const keyring = keyringOf(escrow.head.log, admin ?? expect.unreachable());
    const found = accessRecords({ log: escrow, keyring }, [bytes(record?.[side] as string)]);
    return { junk: found.at(-1)?.junk };
  },
};

describe.each(vectors)("%s", (_name, vector) => {
  it.each(["bad", "good"] as const)("is answered as the file says (%s)", (side) => {
    const { user, escrow }: Logs = vector[side];
    expect(QUESTIONS[vector.question](prefixState(user), prefixState(escrow), vector, side)).toEqual(
      vector.answer[side],
    );
    expect(vector.answer.bad).not.toEqual(vector.answer.good);
  });
});
