// The state after a link that was found good. docs/spec.md sections 2 and 6.

import { AppendList, AppendMap, AppendSet } from "../bytes/append-list.js";
import { FrozenMap } from "../bytes/frozen.js";
import type { LinkHash, LogId, MemberId } from "../bytes/ids.js";
import { PersistentMap } from "../bytes/persistent-map.js";
import { present } from "../bytes/present.js";
import { NO_RUNS } from "../bytes/runs.js";
import { logIdOf } from "../bytes/text.js";
import type { DueGrant } from "./effects.js";
import { decodeNameOpening, type NameOpening, type UnverifiedLink } from "./entry.js";
import type { AnyBody, Grant } from "./fields.js";
import type { Judgement } from "./judge.js";
import { originOf } from "./links/genesis.js";
import { type Epoch, type GrantRecord, type LinkRecord, type LogFacts, type Member, memberOf } from "./state.js";

/** The state before a first link. */
export const ORIGIN: LogFacts = Object.freeze<LogFacts>({
  kind: "user",
  subject: "",
  operator: undefined,
  policy: undefined,
  head: { log: "" as LogId, seq: 0, hash: "" as LinkHash },
  time: 0,
  lockdown: false,
  rotationDue: false,
  epochs: AppendList.empty(),
  active: new Map(),
  removed: AppendMap.empty(),
  links: AppendList.empty(),
  seen: AppendSet.empty(),
  granted: PersistentMap.empty(),
  disowned: AppendSet.empty(),
});

/** The state after a link that was found good. */
export function advance(before: LogFacts, link: UnverifiedLink, judged: Judgement): LogFacts {
  const { typed, transition, introduced, delivered } = judged;
  const { body } = typed;
  const record = recordOf(link, judged);
  const isFirst = before.head.seq === 0;
  const names = { members: transition.active, renamed: transition.entered ?? judged.effect.rename?.member };
  // Only if the member has a name: the first attachment of an enroll of escrow belongs to a grant, and may be anything.
  const opening = typed.type.name?.(body) && delivered[0];
  const { kind, subject, operator } = isFirst ? originOf(body) : before;
  return {
    kind,
    subject,
    operator,
    policy: transition.policy,
    // The first link's hash is the log's id.
    head: { log: isFirst ? logIdOf(record.hash) : before.head.log, seq: record.seq, hash: record.hash },
    time: body.time,
    lockdown: transition.lockdown,
    rotationDue: transition.rotationDue,
    epochs: transition.epoch ? before.epochs.push(epochOf(transition.epoch, body)) : before.epochs,
    active: opening && names.renamed ? withName(names.members, names.renamed, opening) : names.members,
    removed: transition.gone.reduce((list, member) => list.push(member), before.removed),
    links: before.links.push(record),
    seen: before.seen.add(...introduced, ...(transition.entered ? [transition.entered] : [])),
    granted: transition.granted,
    disowned: before.disowned.add(...record.disowned.map(String)),
  };
}

const NO_ROLES: LinkRecord["roles"] = new FrozenMap(new Map());

function epochOf(number: number, { epoch, seq, time }: AnyBody): Epoch {
  const { kem, sign } = present(epoch);
  return { number, kemKey: kem, signingKey: sign, seq, time };
}

function recordOf(link: UnverifiedLink, judged: Judgement): LinkRecord {
  const { typed, context, effect, transition, attachments } = judged;
  const { type, body } = typed;
  const grants = (body.grants ?? []).map((grant, index) => grantRecord(grant, present(transition.due[index])));
  return {
    seq: body.seq,
    hash: link.hash,
    prev: body.prev,
    type: type.type,
    time: body.time,
    bytes: link.bytes,
    author: context.author?.id ?? transition.entered ?? "operator",
    entered: transition.entered,
    approved: (effect.approve ?? []).filter((id) => id !== transition.entered),
    removed: effect.remove ?? [],
    renamed: effect.rename?.member,
    rekeyed: effect.rekey?.member,
    lockdown: effect.lockdown,
    pointed: transition.pointed,
    pointer: effect.pointer,
    policy: effect.policy,
    roles: effect.roles ? new FrozenMap(effect.roles) : NO_ROLES,
    actor: body.by,
    withheldFromEscrow: transition.withheld,
    access: effect.access,
    act: effect.act,
    disowned: effect.disown ?? [],
    reclaimedFrom: effect.reclaimFrom,
    missing: effect.missing ?? NO_RUNS,
    epoch: transition.epoch,
    grants,
    attachments,
  };
}

function grantRecord({ keyring, boxes }: Grant, { epochs, recipients }: DueGrant): GrantRecord {
  // Uses the id and the key of the state, which are equal: so a long log does not keep copies of them for every link.
  const box = ([, digest]: Grant["boxes"][number], index: number) => {
    const { id, kemKey } = present(recipients[index]);
    return { member: id, kemKey, digest };
  };
  return { epochs, keyring, boxes: boxes.map(box) };
}

/**
 * The members with the name that an opening gives. A dishonest device can commit to bytes that are no opening: it then has
 * no name, and the log goes on.
 */
function withName(
  members: ReadonlyMap<MemberId, Member>,
  id: MemberId,
  bytes: Uint8Array,
): ReadonlyMap<MemberId, Member> {
  let opening: NameOpening;
  try {
    opening = decodeNameOpening(bytes);
  } catch {
    return members;
  }
  const { name, platform, details } = opening;
  return new Map(members).set(id, { ...memberOf({ active: members }, id), name, platform, details });
}
