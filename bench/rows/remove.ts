// Removes one of many devices: one link with a new epoch, sealed to all remaining members.

import { createLog, joinLog, type MemberId, type MemberState, receive, review, systemEnv } from "keystead";
import { SUBJECT } from "../support/long-log.js";
import { compare, median, time } from "../support/measure.js";
import { teamOf } from "../support/peer-auth.js";
import { mlsRemove } from "../support/peer-mls.js";
import { type Auth, auth, type HpkeSuite, hpke, mls } from "../support/peers.js";
import { type Row, ratio } from "../support/row.js";

const env = systemEnv();

/**
 * A log of `count` devices, as its first device has it. None is approved: all remaining members get the new epoch all the same.
 */
function logOf(members: number): MemberState {
  let session: MemberState = createLog({ subject: SUBJECT, device: { name: "Device 1" } }, env).accept();
  while (session.log.active.size < members) {
    session = receive(session, joinLog(session.log, { device: { name: "Device" } }, env).entry, { now: "unchecked" });
  }
  return session;
}

/** The same work of an HPKE library: a fresh 32-byte key, sealed to each remaining member. */
async function hpkeRemove(suite: HpkeSuite, members: number) {
  const keys = await Promise.all(Array.from({ length: members - 1 }, () => suite.kem.generateKeyPair()));
  return async () => {
    for (const { publicKey } of keys) {
      await suite.seal({ recipientPublicKey: publicKey, info: new Uint8Array(64) }, new Uint8Array(32));
    }
  };
}

/** A team keeps removed members, so each round removes another member, from a team that is a little smaller. */
async function authRemove(authPackage: Auth, members: number, rounds: number): Promise<number> {
  const { team } = teamOf(authPackage, members + rounds - 1);
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { userId } = team.members().at(-1) as { readonly userId: string };
    samples.push(await time(() => team.remove(userId)));
  }
  return median(samples);
}

export const remove: Row = {
  name: "remove",
  title: "remove one member and make a new epoch",
  async *run({ quick, rounds }) {
    const [suite, mlsPackage, authPackage] = await Promise.all([hpke(), mls(), auth()]);
    for (const members of quick ? [5] : [5, 20, 100]) {
      const session = logOf(members);
      const last = [...session.log.active.keys()].at(-1) as MemberId;
      const times = await compare(
        {
          hpke: suite && (await hpkeRemove(suite, members)),
          ours: () => review(session, { remove: [last] }, env),
          mls: mlsPackage && (await mlsRemove(mlsPackage, members)),
        },
        rounds,
      );
      const base = times.hpke;
      const each = ratio(times.ours, members - 1);
      yield { what: `${members}: @hpke/core with X-Wing, sealing alone (baseline)`, value: base, unit: "ms", base };
      yield {
        ...{ what: `${members}: keystead`, value: times.ours, unit: "ms", base },
        target: { figure: ratio(base, times.ours), atLeast: 3, of: "× faster than HPKE" },
      };
      const target = { figure: each, atMost: 0.8, of: "ms" } as const;
      yield { what: `${members}: keystead, for each who stays`, value: each, unit: "ms", target };
      yield { what: `${members}: ts-mls, X-Wing`, value: times.mls, unit: "ms", base };
      const value = authPackage && (await authRemove(authPackage, members, quick ? 1 : 5));
      yield { what: `${members}: @localfirst/auth (not post-quantum)`, value, unit: "ms", base };
    }
  },
};
