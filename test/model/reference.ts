// A plain reference model of the key log, written from docs/spec.md sections 2, 6, 7 and 11 alone, to be compared with src/. It
// is naive on purpose: sets, arrays, everything computed again on each use. It shares no code with src/.

export type Kind = "device" | "backup";

/** Roles of a member of an escrow log (MEM-8). */
export type Role = "discover" | "manage" | "recover";

/** Stretch of epochs, both ends included. */
export type Stretch = readonly [from: number, to: number];

/** The keys of a pointer (ESC-11). Only compared, and sorted as text: signing key, then digest of the KEM key. */
export interface Pair {
  readonly sign: string;
  readonly kem: string;
}

/** The pointer of an escrow member. */
export interface ModelPointer extends Pair {
  /** The escrow log, and the position of the head that the pointer names. */
  readonly log: string;
  readonly seq: number;
  readonly epoch: number;
}

/** A member, named by the position of the link in which it entered. */
export interface ModelMember {
  readonly position: number;
  readonly kind: Kind | "escrow";
  readonly active: boolean;
  /** Positions of all members that ever approved or enrolled it, removed members included. */
  readonly approvedBy: ReadonlySet<number>;
  readonly reach: ReadonlySet<number>;
  readonly held: ReadonlySet<number>;
  /** How often it took fresh keys. */
  readonly rekeys: number;
  /** In an escrow log. */
  readonly roles: ReadonlySet<Role>;
  /** For escrow: its pointer, and the position of the link that set it, which is its node among approvals (6.8). */
  readonly pointer: ModelPointer | undefined;
  readonly node: number;
  /** For escrow: epochs that were withheld from it, and not granted since (MEM-6). */
  readonly withheld: ReadonlySet<number>;
  /** Epochs that it ever reclaimed (MEM-10). */
  readonly reclaimed: ReadonlySet<number>;
}

/** One approval among nodes: positions of members, and of the links that set pointers (6.8). */
export interface Approval {
  readonly by: number;
  readonly of: number;
  /** By escrow, of a device or backup key. It does not always count. */
  readonly byEscrow: boolean;
}

/** State of a log, as the model sees it. */
export interface Model {
  readonly kind: "user" | "escrow";
  readonly seq: number;
  /** Number of the current epoch. */
  readonly epoch: number;
  readonly members: readonly ModelMember[];
  readonly approvals: readonly Approval[];
  readonly lockdown: boolean;
  readonly rotationDue: boolean;
  readonly operator: boolean;
  /** Epochs granted to each pair, by its text (ESC-11). */
  readonly granted: ReadonlyMap<string, ReadonlySet<number>>;
  /** Author of each act, by position, and which acts are disowned (ESC-8). */
  readonly acts: ReadonlyMap<number, number>;
  readonly disowned: ReadonlySet<number>;
}

/** Epochs that the author of a link declares it could not open (MEM-9). */
interface Declares {
  readonly missing?: ReadonlySet<number>;
}

/** Whether the author withholds its new epoch from escrow (MEM-6). */
interface Withholds {
  readonly withhold?: boolean;
}

/** Epochs that a review by escrow gives (ESC-11). */
export interface Gift {
  readonly epochs: ReadonlySet<number> | undefined;
  readonly pairs: readonly Pair[];
}

/** All fields that a link of the log can have. Members are named by position. Links by escrow have its position in `by`. */
export type Op =
  | { readonly type: "genesis"; readonly operator: boolean; readonly kind?: Model["kind"] }
  | ({ readonly type: "join" } & Withholds)
  | ({
      readonly type: "enroll";
      readonly by: number;
      readonly kind: Kind;
      /** In an escrow log. */
      readonly roles?: readonly Role[];
    } & Declares)
  | ({ readonly type: "enroll-escrow"; readonly by: number; readonly pointer: ModelPointer } & Declares)
  | ({ readonly type: "renew-escrow"; readonly by: number; readonly pointer: ModelPointer } & Declares)
  | ({
      readonly type: "review";
      readonly by: number;
      readonly approve: readonly number[];
      readonly remove: readonly number[];
      /** In an escrow log: roles of the members that it first confirms. */
      readonly roles?: ReadonlyMap<number, readonly Role[]>;
      readonly disown?: readonly number[];
      /** By escrow. */
      readonly gift?: Gift;
    } & Declares &
      Withholds)
  | ({ readonly type: "rotate"; readonly by: number } & Declares & Withholds)
  | ({ readonly type: "regrant"; readonly by: number; readonly regrants: readonly ModelRegrant[] } & Declares)
  | ({
      readonly type: "reclaim";
      readonly by: number;
      readonly from: number;
      readonly epochs: ReadonlySet<number>;
    } & Declares)
  | ({ readonly type: "rekey"; readonly by: number } & Declares & Withholds)
  | { readonly type: "leave"; readonly by: number }
  | { readonly type: "expel"; readonly remove: readonly number[] }
  | { readonly type: "rename"; readonly by: number; readonly member: number }
  | ({
      readonly type: "lockdown";
      readonly by: number;
      readonly on: boolean;
      readonly remove: readonly number[];
    } & Declares &
      Withholds)
  | { readonly type: "act" | "access" | "policy"; readonly by: number }
  | { readonly type: "disown"; readonly by: number; readonly acts: readonly number[] };

export interface ModelRegrant {
  readonly member: number;
  readonly epochs: ReadonlySet<number>;
}

/** A grant that a link owes: one set of epochs, ascending, and all its recipients (GRT-1). */
export interface ModelGrant {
  readonly epochs: readonly number[];
  readonly recipients: readonly number[];
}

/** The effect of an admissible operation. */
export interface Effect {
  readonly after: Model;
  readonly grants: readonly ModelGrant[];
  /** The epoch it made. */
  readonly epoch: number | undefined;
  /** Whether MEM-6 would give that epoch to escrow if it were not withheld. */
  readonly dueToEscrow: boolean;
}

const NOTHING = { granted: new Map(), acts: new Map(), disowned: new Set<number>() };

export const EMPTY: Model = {
  ...{ kind: "user", seq: 0, epoch: 0, members: [], approvals: [], lockdown: false, rotationDue: false },
  ...{ operator: false, ...NOTHING },
};

export function memberOf(model: Model, position: number): ModelMember {
  const member = model.members.find((each) => each.position === position);
  if (!member) throw new Error(`no member ${position} in the model`);
  return member;
}

export const activeOf = (model: Model): readonly ModelMember[] => model.members.filter((member) => member.active);

/** Active devices and backup keys. */
export const ownOf = (model: Model): readonly ModelMember[] => activeOf(model).filter(({ kind }) => kind !== "escrow");

/** The active escrow member. */
export const escrowOf = (model: Model): ModelMember | undefined =>
  activeOf(model).find(({ kind }) => kind === "escrow");

export const isEscrow = (model: Model, position: number): boolean =>
  model.members.some((member) => member.position === position && member.kind === "escrow");

export const pairText = ({ sign, kem }: Pair): string => `${sign} ${kem}`;

export const grantedTo = (model: Model, pair: Pair): ReadonlySet<number> =>
  model.granted.get(pairText(pair)) ?? new Set();

/** Section 2: the oldest among a node and, recursively, its approvers, in a graph of 6.8. */
function oldest({ approvals }: Model, node: number, withEscrow: boolean): number {
  const ancestors = new Set([node]);
  for (const ancestor of ancestors) {
    for (const { by, of, byEscrow } of approvals) {
      if (of === ancestor && (withEscrow || !byEscrow)) ancestors.add(by);
    }
  }
  return Math.min(...ancestors);
}

/** 6.8: the founder in the graph without escrow's approvals of devices and backup keys. */
export const ownFounderOf = (model: Model, position: number): number =>
  oldest(model, memberOf(model, position).node, false);

/** 6.8: whether escrow's approvals count: no active device or backup key is founding without them. */
export const escrowCounts = (model: Model): boolean =>
  !ownOf(model).some(({ node }) => oldest(model, node, false) === 1);

/** The founder in the graph in force. */
export const founderOf = (model: Model, position: number): number =>
  oldest(model, memberOf(model, position).node, escrowCounts(model));

/** Founder of the oldest class that still has an active device or backup key. */
export const confirmedClass = (model: Model): number =>
  Math.min(...ownOf(model).map((member) => founderOf(model, member.position)));

export const isConfirmed = (model: Model, position: number): boolean =>
  memberOf(model, position).active && founderOf(model, position) === confirmedClass(model);

export const isHolder = (model: Model, position: number): boolean =>
  memberOf(model, position).active && memberOf(model, position).held.has(model.epoch);

/** MEM-8: `manage` implies the others. */
export function hasRole(model: Model, position: number, role: Role): boolean {
  const { roles } = memberOf(model, position);
  return roles.has(role) || roles.has("manage");
}

export const union = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> => new Set([...a, ...b]);

export const minus = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> =>
  new Set([...a].filter((each) => !b.has(each)));

/** The maximal stretches of a set of epochs, ascending. */
export function stretchesOf(epochs: ReadonlySet<number>): Stretch[] {
  const starts = [...epochs].filter((epoch) => !epochs.has(epoch - 1)).sort((a, b) => a - b);
  return starts.map((from) => {
    let to = from;
    while (epochs.has(to + 1)) to++;
    return [from, to];
  });
}

/** Section 6.6: the effect of the link, in the order of the section. Admission is not judged. */
export function effectOf(before: Model, op: Op): Effect {
  const seq = before.seq + 1;
  const author = "by" in op ? op.by : seq;
  const members = new Map(before.members.map((member) => [member.position, member]));
  const granted = new Map(before.granted);
  let { approvals } = before;
  const change = (position: number, fields: Partial<ModelMember>): void => {
    const member = members.get(position);
    if (member) members.set(position, { ...member, ...fields });
  };
  const heldBy = (position: number): ReadonlySet<number> => members.get(position)?.held ?? new Set();
  const activeEscrow = (): ModelMember | undefined =>
    [...members.values()].filter(({ active, kind }) => active && kind === "escrow").at(-1);
  const due: { readonly member: number; readonly epochs: ReadonlySet<number> }[] = [];
  const owe = (position: number, epochs: ReadonlySet<number>): void => {
    if (members.has(position)) due.push({ member: position, epochs });
  };
  const enter = (kind: ModelMember["kind"], fields: Partial<ModelMember> = {}): void => {
    const none = new Set<number>();
    const empty = { approvedBy: none, reach: none, held: none, withheld: none, reclaimed: none, rekeys: 0 };
    const member = { position: seq, kind, active: true, ...empty, roles: new Set<Role>(), pointer: undefined };
    members.set(seq, { ...member, node: seq, ...fields });
  };
  const approve = (position: number): void => {
    const [by, of] = [members.get(author), members.get(position)];
    if (!by || !of) return;
    change(position, { approvedBy: union(of.approvedBy, new Set([author])) });
    const byEscrow = by.kind === "escrow" && of.kind !== "escrow";
    approvals = [...approvals, { by: by.node, of: of.node, byEscrow }];
  };

  if ("missing" in op && op.missing) change(author, { held: minus(heldBy(author), op.missing) });
  for (const position of removedBy(op)) change(position, { active: false });
  if (op.type === "genesis") enter("device", { roles: new Set<Role>(op.kind === "escrow" ? ["manage"] : []) });
  if (op.type === "join") enter("device");
  if (op.type === "enroll") enter(op.kind, { roles: new Set(op.roles) });
  if (op.type === "enroll-escrow") enter("escrow", { pointer: op.pointer });
  if (op.type === "renew-escrow") {
    const escrow = activeEscrow();
    if (escrow && author === escrow.position) {
      // A renewal by escrow itself is an approval by the pointer before.
      approvals = [...approvals, { by: escrow.node, of: seq, byEscrow: false }];
      change(escrow.position, { pointer: op.pointer, node: seq });
    } else if (escrow) {
      change(escrow.position, { pointer: op.pointer, node: seq });
      approve(escrow.position);
    }
  }
  const pair = activeEscrow()?.pointer;
  if (pair && !granted.has(pairText(pair))) granted.set(pairText(pair), new Set());
  if (op.type === "rekey") {
    change(author, { rekeys: memberOf(before, author).rekeys + 1 });
    owe(author, heldBy(author));
  }
  if (op.type === "enroll" || op.type === "enroll-escrow") {
    approve(seq);
    owe(seq, heldBy(author));
  }
  if (op.type === "review") {
    const given = isEscrow(before, author) ? (op.gift?.epochs ?? new Set<number>()) : heldBy(author);
    for (const position of op.approve) {
      owe(position, minus(given, heldBy(position)));
      approve(position);
    }
    for (const [position, roles] of op.roles ?? []) change(position, { roles: new Set(roles) });
  }
  if (op.type === "regrant") for (const { member, epochs } of op.regrants) owe(member, epochs);
  if (op.type === "reclaim") {
    owe(author, op.epochs);
    change(author, { reclaimed: union(memberOf(before, author).reclaimed, op.epochs) });
  }

  const acts = op.type === "act" ? new Map([...before.acts, [seq, author]]) : before.acts;
  const disowned = new Set([...before.disowned, ...disownedBy(op)]);
  const lockdown = op.type === "genesis" ? op.kind === "escrow" : op.type === "lockdown" ? op.on : before.lockdown;
  const start = op.type === "genesis" ? { operator: op.operator, kind: op.kind ?? "user" } : {};
  const soFar: Model = {
    ...before,
    ...start,
    seq,
    lockdown,
    acts,
    disowned,
    approvals,
    members: [...members.values()],
  };

  const takesCurrent = removedBy(op).some((position) => memberOf(before, position).reach.has(before.epoch));
  const epoch = makesEpoch(before, soFar, op, takesCurrent) ? before.epoch + 1 : undefined;
  const getsIt = ({ position }: ModelMember): boolean => !lockdown || isConfirmed(soFar, position);
  const recipients = epoch === undefined ? [] : activeOf(soFar).filter(getsIt);
  const dueToEscrow = recipients.some(({ kind }) => kind === "escrow");
  const withholds = "withhold" in op && op.withhold === true;
  if (epoch !== undefined) {
    for (const { position, kind, withheld } of recipients) {
      if (withholds && kind === "escrow") change(position, { withheld: union(withheld, new Set([epoch])) });
      else owe(position, new Set([epoch]));
    }
  }
  for (const { member, epochs } of due) {
    const { reach, held, withheld, kind } = members.get(member) as ModelMember;
    change(member, { reach: union(reach, epochs), held: union(held, epochs), withheld: minus(withheld, epochs) });
    if (kind === "escrow" && pair) granted.set(pairText(pair), union(granted.get(pairText(pair)) ?? new Set(), epochs));
  }
  const becomesDue = op.type === "rekey" || ((op.type === "leave" || op.type === "expel") && takesCurrent);
  const after: Model = {
    ...soFar,
    epoch: epoch ?? before.epoch,
    rotationDue: epoch === undefined && (before.rotationDue || becomesDue),
    members: [...members.values()],
    granted,
  };
  return { after, grants: grouped(due, before.epoch), epoch, dueToEscrow };
}

/** Positions of the members that an operation removes. */
export function removedBy(op: Op): readonly number[] {
  if (op.type === "leave") return [op.by];
  return "remove" in op ? op.remove : [];
}

/** Positions of the acts that an operation disowns. */
export function disownedBy(op: Op): readonly number[] {
  if (op.type === "disown") return op.acts;
  return op.type === "review" ? (op.disown ?? []) : [];
}

/** MEM-7: which links make a new epoch. */
function makesEpoch(before: Model, soFar: Model, op: Op, takesCurrent: boolean): boolean {
  const declaresCurrent = "missing" in op && op.missing?.has(before.epoch) === true;
  switch (op.type) {
    case "genesis":
    case "rotate":
    case "renew-escrow":
      return true;
    case "rekey":
      return before.kind === "user" || hasRole(before, op.by, "manage");
    case "join":
      return !before.lockdown;
    case "review": {
      const escrow = escrowOf(before)?.pointer;
      if (!escrow || !isEscrow(before, op.by)) return takesCurrent || declaresCurrent;
      const passesOn = grantedTo(before, escrow).has(before.epoch) && op.gift?.epochs?.has(before.epoch) === true;
      return takesCurrent || (op.approve.length > 0 && !passesOn);
    }
    case "lockdown":
      if (declaresCurrent) return true;
      return op.on ? takesCurrent : activeOf(soFar).some((member) => !member.held.has(before.epoch));
    default:
      return false;
  }
}

/**
 * GRT-1: the new epoch is a grant of its own; all older epochs that a member is owed are one set. Recipients of the same set
 * share a grant; sets are sorted by smallest, largest and number. Sets that agree in all of these are sorted by member ids, which
 * the model does not have.
 */
function grouped(
  due: readonly { readonly epochs: ReadonlySet<number>; readonly member: number }[],
  current: number,
): ModelGrant[] {
  const isNew = (epoch: number): boolean => epoch > current;
  const owed = [true, false].flatMap((fresh) =>
    [...new Set(due.map(({ member }) => member))].map((member) => {
      const all = due.filter((each) => each.member === member).flatMap(({ epochs }) => [...epochs]);
      return { member, epochs: [...new Set(all)].filter((epoch) => isNew(epoch) === fresh).sort((a, b) => a - b) };
    }),
  );
  const some = owed.filter(({ epochs }) => epochs.length > 0);
  const grants = [...new Set(some.map(({ epochs }) => `${epochs}`))].map((key) => {
    const same = some.filter(({ epochs }) => `${epochs}` === key);
    const { epochs } = same[0] as (typeof some)[number];
    return { epochs, recipients: same.map(({ member }) => member).sort((a, b) => a - b) };
  });
  return grants.sort((a, b) => compareSpans(a.epochs, b.epochs));
}

/** The order of grants, as far as their sets determine it (GRT-1). */
export function compareSpans(a: readonly number[], b: readonly number[]): number {
  return Math.min(...a) - Math.min(...b) || Math.max(...a) - Math.max(...b) || a.length - b.length;
}
