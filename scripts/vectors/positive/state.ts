// The state of a log in the form of vectors: everything in docs/spec.md sections 2 and 6.3, except `seen`.

import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "../../../src/bytes/text.js";
import { dataAccess } from "../../../src/coverage/data-access.js";
import { spanOf } from "../../../src/log/effects.js";
import { allMembers, isConfirmed, isHolder, type LogState, type Member } from "../../../src/log/state.js";
import { text } from "../format.js";

/** The state after the newest link, and the effect of that link. */
export function stateText(log: LogState) {
  const record = log.links.at(log.head.seq - 1);
  const { head, lockdown, rotationDue, policy } = log;
  return {
    ...{
      type: record?.type,
      author: record?.author,
      time: log.time,
      head,
      lockdown,
      rotationDue,
      policy: policy ?? null,
    },
    grants: (record?.grants ?? []).map(({ epochs, boxes }) => ({
      ...spanOf(epochs),
      epochs,
      recipients: boxes.map(({ member }) => member),
    })),
    missing: record?.missing ?? [],
    granted: grantedText(log),
    acts: [...log.links].filter(({ act }) => act !== undefined).map(({ seq }) => seq),
    disowned: [...log.disowned].map(Number).sort((a, b) => a - b),
    epochs: [...log.epochs].map(({ number, seq, time, kemKey: kem, signingKey: sign }) => {
      return { number, seq, time, kem: hash(kem), ...(sign && { sign: text(sign) }) };
    }),
    members: allMembers(log).map((member) => memberText(log, member)),
  };
}

function memberText(log: LogState, member: Member) {
  const reclaims = [...log.links].flatMap(({ author, reclaimedFrom, seq }) =>
    author === member.id && reclaimedFrom !== undefined ? [{ from: reclaimedFrom, seq }] : [],
  );
  const { id, kind, position, founder, approvals, reach, held, withheld, roles, removed, pointer } = member;
  const active = {
    ...{ founder, confirmed: isConfirmed(log, member), holder: isHolder(log, member) },
    dataAccess: removed ? null : (dataAccess(log, id)?.epoch ?? null),
  };
  return {
    ...{ id, kind, name: member.name ?? null, position, sign: text(member.signingKey), kem: hash(member.kemKey) },
    ...{ approvals, reclaims, reach, held, withheld, roles },
    pointer: pointer ? { log: pointer.log, seq: pointer.seq, hash: pointer.hash, epoch: pointer.epoch } : null,
    ...(removed ? { removed: { seq: removed.seq, by: removed.by } } : { active }),
  };
}

/** The epochs granted to each pair, by signing key and KEM digest. */
function grantedText({ granted }: LogState) {
  const pairs = [...granted].map(([, { signingKey, kemDigest, runs }]) => ({
    ...{ sign: toHex(signingKey), kem: toHex(kemDigest) },
    runs,
  }));
  return pairs.sort((a, b) => (a.sign + a.kem < b.sign + b.kem ? -1 : 1));
}

/** Long public keys appear as their plain SHA-256. */
function hash(key: Uint8Array): string {
  return toHex(sha256(key));
}
