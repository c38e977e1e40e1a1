// The reference model's symbolic secrets: which member can compute which epoch seed from all published bytes and its own keys.
// docs/spec.md section 7 (GRT-2, GRT-4) and MEM-9.

import { type Effect, type Model, memberOf, minus, type Op } from "./reference.js";

/** Spoils of a dishonest author in a grant of its link, which the log cannot see. */
export interface Fault {
  /** The set of the grant. */
  readonly set: readonly number[];
  /** The box of this recipient does not open. Undefined: the fault is in the keyring that all share. */
  readonly member?: number;
  /** Epochs whose seeds in the keyring are wrong. */
  readonly epochs?: ReadonlySet<number>;
}

/** A published grant to one recipient, in the order in which the recipient receives them. */
interface Box {
  readonly seq: number;
  readonly set: readonly number[];
  readonly recipient: number;
  /** The recipient's key to which it is sealed. */
  readonly rekeys: number;
  /** The result of opening it: the true seeds among those in the keyring. */
  readonly yields: ReadonlySet<number>;
}

/** Secrets published and made so far. */
export interface Secrets {
  readonly boxes: readonly Box[];
  /** The member that drew the seed of each epoch. */
  readonly makers: ReadonlyMap<number, number>;
  /** Epochs that members took from the keyrings of removed ones, by a reclaim (MEM-10). */
  readonly taken: readonly { readonly member: number; readonly epochs: ReadonlySet<number> }[];
  /** Boxes whose bytes a member never got: `seq/recipient`. */
  readonly undelivered: ReadonlySet<string>;
}

export const NO_SECRETS: Secrets = { boxes: [], makers: new Map(), taken: [], undelivered: new Set() };

/** The log's secrets after a link with these grants. `undeliveredTo` lists recipients that the server denies them. */
export function publish(
  secrets: Secrets,
  op: Op,
  { after, grants, epoch }: Effect,
  faults: readonly Fault[] = [],
  undeliveredTo: readonly number[] = [],
): Secrets {
  const seq = after.seq;
  const boxes = grants.flatMap(({ epochs: set, recipients }) =>
    recipients.map((recipient): Box => {
      const here = faults.filter((fault) => `${fault.set}` === `${set}`);
      const unopened = here.some(({ member }) => member === recipient);
      const wrong = new Set(here.flatMap(({ member, epochs }) => (member === undefined ? [...(epochs ?? [])] : [])));
      const yields = unopened ? new Set<number>() : minus(new Set(set), wrong);
      return { seq, set, recipient, rekeys: memberOf(after, recipient).rekeys, yields };
    }),
  );
  const maker = "by" in op ? op.by : seq;
  return {
    boxes: [...secrets.boxes, ...boxes],
    makers: epoch === undefined ? secrets.makers : new Map([...secrets.makers, [epoch, maker]]),
    taken: op.type === "reclaim" ? [...secrets.taken, { member: op.by, epochs: op.epochs }] : secrets.taken,
    undelivered: new Set([...secrets.undelivered, ...undeliveredTo.map((recipient) => `${seq}/${recipient}`)]),
  };
}

/**
 * The server gives a member the attachments of a link after all. They come after the bytes that it received before. A box for a
 * key that it has replaced stays closed.
 */
export function deliver(secrets: Secrets, model: Model, seq: number, recipient: number): Secrets {
  const { rekeys } = memberOf(model, recipient);
  const comes = (box: Box): boolean => box.seq === seq && box.recipient === recipient;
  const late = secrets.boxes.filter((box) => comes(box) && box.rekeys === rekeys);
  return {
    ...secrets,
    boxes: [...secrets.boxes.filter((box) => !comes(box)), ...late],
    undelivered: minus(secrets.undelivered, new Set([`${seq}/${recipient}`])),
  };
}

/** Epochs that an honest member has opened: those that it made or took itself, and those from the boxes that it got. */
export function openedBy(secrets: Secrets, position: number): Set<number> {
  const made = [...secrets.makers].filter(([, maker]) => maker === position).map(([epoch]) => epoch);
  const taken = secrets.taken.flatMap(({ member, epochs }) => (member === position ? [...epochs] : []));
  return new Set([...made, ...taken, ...delivered(secrets, position).flatMap(({ yields }) => [...yields])]);
}

/** MEM-9: epochs that a member must declare: it holds them by the log, and the last bytes for them did not open. */
export function junkOf(secrets: Secrets, model: Model, position: number): Set<number> {
  const unopened = minus(memberOf(model, position).held, openedBy(secrets, position));
  const granted = secrets.boxes.filter(({ recipient }) => recipient === position);
  const last = (epoch: number) => granted.filter(({ set }) => set.includes(epoch)).at(-1);
  return new Set([...unopened].filter((epoch) => isDelivered(secrets, last(epoch))));
}

/** Epochs that a member cannot open only because the server denies it the bytes. */
export function withheldFrom(secrets: Secrets, model: Model, position: number): Set<number> {
  const unopened = minus(memberOf(model, position).held, openedBy(secrets, position));
  return minus(unopened, junkOf(secrets, model, position));
}

/** Epochs that a link granted to a member. */
export function grantedBy(secrets: Secrets, seq: number, position: number): Set<number> {
  const boxes = secrets.boxes.filter((box) => box.seq === seq && box.recipient === position);
  return new Set(boxes.flatMap(({ set }) => [...set]));
}

const isDelivered = ({ undelivered }: Secrets, box: Box | undefined): boolean =>
  box !== undefined && !undelivered.has(`${box.seq}/${box.recipient}`);

const delivered = (secrets: Secrets, position: number): readonly Box[] =>
  secrets.boxes.filter((box) => box.recipient === position && isDelivered(secrets, box));

/** Seeds from which the grant key of a set is derived. The protocol uses all (GRT-2); the other choices are known to break. */
export type Derivation = "all" | "first" | "last" | "both ends";

/**
 * Every epoch that members can compute together, from all published ciphertexts, each with every key that it ever had. A member
 * with the seeds from which a grant's key is derived has the key, and with it the whole keyring (GRT-2).
 */
export function computableBy(
  secrets: Secrets,
  coalition: ReadonlySet<number>,
  derivation: Derivation = "all",
): Set<number> {
  const known = new Set(
    [...coalition].flatMap((position) => [...openedBy({ ...secrets, undelivered: new Set() }, position)]),
  );
  const keyOf = ({ set }: Box): readonly number[] => {
    const [first, last] = [set.slice(0, 1), set.slice(-1)];
    return { all: set, first, last, "both ends": [...first, ...last] }[derivation];
  };
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const box of secrets.boxes) {
      if (keyOf(box).every((epoch) => known.has(epoch))) for (const epoch of box.yields) known.add(epoch);
    }
  }
  return known;
}
