// Compares the real code with the reference model after a link: the facts of the log, and the epochs that really open.
// docs/spec.md sections 2, 6 and 7.

import { expect } from "vitest";
import { type CborValue, decodeCbor } from "../../src/bytes/cbor.js";
import type { MemberId } from "../../src/bytes/ids.js";
import { epochsIn, type Runs } from "../../src/bytes/runs.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { unsafeSerializeKeyring } from "../../src/grants/store-keyring.js";
import { epochPrivateKey } from "../../src/keys/keyring.js";
import { foundersOf } from "../../src/log/approvals.js";
import {
  allMembers,
  confirmedFounder,
  currentEpoch,
  type Epoch,
  isHolder,
  type LogState,
  type PairGrants,
} from "../../src/log/state.js";
import { hpkeOpen, hpkeSeal } from "../../src/primitives/hpke.js";
import { thrownBy } from "../support/thrown.js";
import { openedBy, type Secrets } from "./knowledge.js";
import { namedPair, pairOf } from "./pairs.js";
import {
  compareSpans,
  confirmedClass,
  type Effect,
  founderOf,
  isHolder as isModelHolder,
  type Model,
  type ModelMember,
  type Op,
  ownFounderOf,
  pairText,
} from "./reference.js";
import type { World } from "./world.js";

const ascending = (epochs: Iterable<number>): number[] => [...epochs].sort((a, b) => a - b);

/** All facts of a log except names and bytes, with members by position. */
export function factsOf(log: LogState) {
  const members = allMembers(log);
  const positions = new Map(members.map(({ id, position }) => [id, position]));
  const founders = foundersOf(log);
  const acts = [...log.links].filter(({ act }) => act !== undefined);
  return {
    ...{ kind: log.kind as Model["kind"], seq: log.head.seq, epoch: currentEpoch(log) },
    ...{ lockdown: log.lockdown, rotationDue: log.rotationDue },
    confirmed: confirmedFounder(log),
    granted: [...log.granted].map(([, pair]) => `${textOf(pair)}: ${runList(pair.runs)}`).sort(),
    acts: acts.map(({ seq, author }) => [seq, positions.get(author as MemberId) as number]),
    disowned: ascending([...log.disowned].map(Number)),
    members: members.map((member) => ({
      ...{ position: member.position, kind: member.kind as ModelMember["kind"] },
      active: member.removed === undefined,
      approvedBy: ascending(new Set(member.approvals.map(({ by }) => positions.get(by) as number))),
      founder: founders.get(member.id),
      // Updated with each link for active members, and computed anew for all.
      keptFounder: member.removed ? founders.get(member.id) : member.founder,
      // Without escrow's approvals (6.8).
      ownFounder: member.removed ? undefined : member.lineage.own.founder,
      roles: [...member.roles].sort(),
      pointer: member.pointer && `${pairText(pairOf(member.pointer))} ${member.pointer.epoch} ${member.pointer.seq}`,
      withheld: runList(member.withheld),
      reach: runList(member.reach),
      held: runList(member.held),
      holder: member.removed === undefined && isHolder(log, member),
    })),
  };
}

/** The same facts, as the reference model has them. */
export function modelFactsOf(model: Model): ReturnType<typeof factsOf> {
  return {
    ...{ kind: model.kind, seq: model.seq, epoch: model.epoch },
    ...{ lockdown: model.lockdown, rotationDue: model.rotationDue },
    confirmed: confirmedClass(model),
    granted: [...model.granted].map(([pair, epochs]) => `${pair}: ${ascending(epochs)}`).sort(),
    acts: [...model.acts],
    disowned: ascending(model.disowned),
    members: model.members.map(({ position, kind, active, approvedBy, roles, pointer, withheld, reach, held }) => ({
      ...{ position, kind, active, approvedBy: ascending(approvedBy) },
      founder: founderOf(model, position),
      keptFounder: founderOf(model, position),
      ownFounder: active ? ownFounderOf(model, position) : undefined,
      roles: [...roles].sort(),
      pointer: pointer && `${pairText(pointer)} ${pointer.epoch} ${pointer.seq}`,
      withheld: ascending(withheld),
      reach: ascending(reach),
      held: ascending(held),
      holder: isModelHolder(model, position),
    })),
  };
}

const textOf = ({ signingKey, kemDigest }: PairGrants): string => pairText(namedPair([signingKey, kemDigest]));

/** The effect of the newest link, compared with the model's: grants by set and recipients, epoch (GRT-1, MEM-7). */
export function expectLink(log: LogState, positionOf: (id: MemberId) => number, op: Op, effect: Effect): void {
  const { grants, epoch, dueToEscrow } = effect;
  const record = log.links.last();
  const positions = (ids: readonly MemberId[]): number[] => ascending(ids.map(positionOf));
  expect(record?.type).toBe(op.type === "enroll-escrow" ? "enroll" : op.type);
  expect(record?.epoch).toBe(epoch);
  expect(record?.withheldFromEscrow).toBe("withhold" in op && op.withhold === true && dueToEscrow);
  expect(runList(record?.missing ?? [])).toEqual(ascending("missing" in op && op.missing ? op.missing : []));
  const found = record?.grants.map(({ epochs, boxes }) => ({
    epochs: runList(epochs),
    recipients: positions(boxes.map(({ member }) => member)),
    first: boxes[0]?.member as MemberId,
  }));
  const inOrder = [...(found ?? [])].sort((a, b) => compareSpans(a.epochs, b.epochs) || (a.first < b.first ? -1 : 1));
  expect(found).toEqual(inOrder);
  const texts = (all: readonly { epochs: readonly number[]; recipients: readonly number[] }[]) =>
    all.map(({ epochs, recipients }) => `${epochs} to ${recipients}`).sort();
  expect(texts(found ?? [])).toEqual(texts(grants));
}

const runList = (runs: Runs): number[] => [...epochsIn(runs)];

/** The log has the same facts as the model. */
export function expectLog(world: World, model: Model): void {
  expect(factsOf(world.log)).toEqual(modelFactsOf(model));
}

/** A member's keyring has exactly the epochs that it can open by the model. */
export function expectKeyring(world: World, secrets: Secrets, position: number): void {
  const { log, keyring } = world.session(position);
  // A seed beyond the log's end belongs to a link that lost its race. It is no epoch's yet, and is judged when there is one.
  const epochs = keyring.epochs.filter((epoch) => epoch <= currentEpoch(log));
  expect(epochs, `epochs that member ${position} has`).toEqual(ascending(openedBy(secrets, position)));
}

const INFO = new TextEncoder().encode("keystead/test/sealed to an epoch");

/** A member that has the epoch can open content that is sealed to the epoch's public key. */
export function expectOpens({ number, kemKey: kem }: Epoch, { keyring }: MemberState): void {
  const plaintext = new Uint8Array([number]);
  const sealed = hpkeSeal(kem, { info: INFO, plaintext, coins: new Uint8Array(64).fill(number) });
  expect(hpkeOpen(epochPrivateKey(keyring, number), { info: INFO, sealed })).toEqual(plaintext);
}

/** All members that have an epoch have the same secret of it. The others have nothing to open it with. */
export function expectSameSecrets(world: World): void {
  for (const { number } of world.log.epochs) {
    const secrets = new Set<string>();
    for (const { keyring } of world.sessions.values()) {
      if (keyring.epochs.includes(number)) secrets.add(`${keyring.exportKey(number, "test")}`);
      else expect(thrownBy(() => epochPrivateKey(keyring, number)).code).toBe("NO_ACCESS");
    }
    expect(secrets.size).toBe(1);
  }
}

/**
 * What a member's keyring holds. Without the results of checks of seeds, which keyrings share: an act that is refused may have
 * checked one, once and for all.
 */
export function keptBy(member: MemberState): ReadonlyMap<string, CborValue> {
  const read = (bytes: Uint8Array) => decodeCbor(bytes, { name: "keyring", maxBytes: 1e6 });
  const [content] = read(unsafeSerializeKeyring(member)) as [Uint8Array, Uint8Array];
  const kept = new Map(read(content) as ReadonlyMap<string, CborValue>);
  expect(kept.delete("checked")).toBe(true);
  return kept;
}
