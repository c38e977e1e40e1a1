// A plain reference model of the key log, read from docs/spec.md sections 2, 6 and 7 alone, to be compared with src/.
// Naive on purpose: sets, arrays, everything computed again whenever it is asked for. It shares no code with src/.

export type Kind = "device" | "backup";

/** Stretch of epochs, both ends included. */
export type Stretch = readonly [from: number, to: number];

/** A member, named by the position of the link in which it entered. */
export interface ModelMember {
  readonly position: number;
  readonly kind: Kind;
  readonly active: boolean;
  /** Positions of everybody who ever approved or enrolled it, removed members included. */
  readonly approvedBy: ReadonlySet<number>;
  readonly reach: ReadonlySet<number>;
  readonly held: ReadonlySet<number>;
  /** How often it took fresh keys. */
  readonly rekeys: number;
}

/** State of a log, as the model sees it. */
export interface Model {
  readonly seq: number;
  /** Number of the current epoch. */
  readonly epoch: number;
  readonly members: readonly ModelMember[];
  readonly lockdown: boolean;
  readonly rotationDue: boolean;
  readonly operator: boolean;
}

/** Epochs that the author of a link declares it could not open (MEM-9). */
interface Declares {
  readonly missing?: ReadonlySet<number>;
}

/** Everything a link of the log can ask for. Members are named by position. */
export type Op =
  | { readonly type: "genesis"; readonly operator: boolean }
  | { readonly type: "join" }
  | ({ readonly type: "enroll"; readonly by: number; readonly kind: Kind } & Declares)
  | ({
      readonly type: "review";
      readonly by: number;
      readonly approve: readonly number[];
      readonly remove: readonly number[];
    } & Declares)
  | ({ readonly type: "rotate"; readonly by: number } & Declares)
  | ({ readonly type: "regrant"; readonly by: number; readonly regrants: readonly ModelRegrant[] } & Declares)
  | ({ readonly type: "rekey"; readonly by: number } & Declares)
  | { readonly type: "leave"; readonly by: number }
  | { readonly type: "expel"; readonly remove: readonly number[] }
  | { readonly type: "rename"; readonly by: number; readonly member: number }
  | ({
      readonly type: "lockdown";
      readonly by: number;
      readonly on: boolean;
      readonly remove: readonly number[];
    } & Declares);

export interface ModelRegrant {
  readonly member: number;
  readonly epochs: ReadonlySet<number>;
}

/** A grant that a link owes: one set of epochs, ascending, and everybody it is due to (GRT-1). */
export interface ModelGrant {
  readonly epochs: readonly number[];
  readonly recipients: readonly number[];
}

/** What an admissible operation does. */
export interface Effect {
  readonly after: Model;
  readonly grants: readonly ModelGrant[];
  /** The epoch it made. */
  readonly epoch: number | undefined;
}

export const EMPTY: Model = { seq: 0, epoch: 0, members: [], lockdown: false, rotationDue: false, operator: false };

export function memberOf(model: Model, position: number): ModelMember {
  const member = model.members.find((each) => each.position === position);
  if (!member) throw new Error(`no member ${position} in the model`);
  return member;
}

export const activeOf = (model: Model): readonly ModelMember[] => model.members.filter((member) => member.active);

/** Section 2: the oldest among itself and, recursively, its approvers. */
export function founderOf(model: Model, position: number): number {
  const ancestors = new Set([position]);
  for (const ancestor of ancestors) for (const by of memberOf(model, ancestor).approvedBy) ancestors.add(by);
  return Math.min(...ancestors);
}

/** Founder of the oldest class that still has an active member. */
export const confirmedClass = (model: Model): number =>
  Math.min(...activeOf(model).map((member) => founderOf(model, member.position)));

export const isConfirmed = (model: Model, position: number): boolean =>
  memberOf(model, position).active && founderOf(model, position) === confirmedClass(model);

export const isHolder = (model: Model, position: number): boolean =>
  memberOf(model, position).active && memberOf(model, position).held.has(model.epoch);

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

/** Section 6: what the link does, in the order `missing`, removals, keys, approvals, new epoch. Admission is not judged. */
export function effectOf(before: Model, op: Op): Effect {
  const seq = before.seq + 1;
  const author = "by" in op ? op.by : seq;
  const members = new Map(before.members.map((member) => [member.position, member]));
  const change = (position: number, fields: Partial<ModelMember>): void => {
    const member = members.get(position);
    if (member) members.set(position, { ...member, ...fields });
  };
  const heldBy = (position: number): ReadonlySet<number> => members.get(position)?.held ?? new Set();
  const due: { readonly member: number; readonly epochs: ReadonlySet<number> }[] = [];
  const give = (position: number, epochs: ReadonlySet<number>): void => {
    const member = members.get(position);
    if (!member) return;
    due.push({ member: position, epochs });
    change(position, { reach: union(member.reach, epochs), held: union(member.held, epochs) });
  };
  const enter = (kind: Kind, approvedBy: readonly number[]): void => {
    const nothing = { reach: new Set<number>(), held: new Set<number>(), rekeys: 0 };
    members.set(seq, { position: seq, kind, active: true, approvedBy: new Set(approvedBy), ...nothing });
  };

  if ("missing" in op && op.missing) change(author, { held: minus(heldBy(author), op.missing) });
  for (const position of removedBy(op)) change(position, { active: false });
  if (op.type === "rekey") {
    change(author, { rekeys: memberOf(before, author).rekeys + 1 });
    give(author, heldBy(author));
  }
  if (op.type === "genesis" || op.type === "join") enter("device", []);
  if (op.type === "enroll") {
    enter(op.kind, [author]);
    give(seq, heldBy(author));
  }
  if (op.type === "review") {
    for (const position of op.approve) {
      change(position, { approvedBy: union(memberOf(before, position).approvedBy, new Set([author])) });
      give(position, minus(heldBy(author), heldBy(position)));
    }
  }
  if (op.type === "regrant") for (const { member, epochs } of op.regrants) give(member, epochs);

  const grants = due.map(({ member, epochs }) => ({ member, epochs: [...epochs].sort((a, b) => a - b) }));
  const lockdown = op.type === "lockdown" ? op.on : before.lockdown;
  const lostKnower = removedBy(op).some((position) => memberOf(before, position).reach.has(before.epoch));
  const done = { ...before, seq, lockdown, operator: op.type === "genesis" ? op.operator : before.operator };
  const soFar: Model = { ...done, members: [...members.values()] };
  if (!makesEpoch(before, soFar, op, lostKnower)) {
    return {
      after: { ...soFar, rotationDue: before.rotationDue || lostKnower },
      grants: grouped(grants),
      epoch: undefined,
    };
  }
  const epoch = before.epoch + 1;
  const recipients = activeOf(soFar).filter(({ position }) => !lockdown || isConfirmed(soFar, position));
  for (const { position } of recipients) {
    give(position, new Set([epoch]));
    grants.push({ epochs: [epoch], member: position });
  }
  const after = { ...soFar, epoch, rotationDue: false, members: [...members.values()] };
  return { after, grants: grouped(grants), epoch };
}

/** Positions of the members that an operation removes. */
export function removedBy(op: Op): readonly number[] {
  if (op.type === "leave") return [op.by];
  return "remove" in op ? op.remove : [];
}

/** MEM-7: which links make a new epoch. */
function makesEpoch(before: Model, soFar: Model, op: Op, lostKnower: boolean): boolean {
  if ("missing" in op && op.missing?.has(before.epoch)) return true;
  switch (op.type) {
    case "genesis":
    case "rotate":
    case "rekey":
      return true;
    case "join":
      return !before.lockdown;
    case "review":
      return lostKnower;
    case "lockdown":
      return op.on ? lostKnower : activeOf(soFar).some((member) => !member.held.has(before.epoch));
    default:
      return false;
  }
}

/**
 * GRT-1: recipients of the same set share a grant; each set occurs once, sorted by smallest, largest and how many. Member ids,
 * which decide between sets that agree in all of these, the model does not know.
 */
function grouped(due: readonly { readonly epochs: readonly number[]; readonly member: number }[]): ModelGrant[] {
  const owed = due.filter(({ epochs }) => epochs.length > 0);
  const grants = [...new Set(owed.map(({ epochs }) => `${epochs}`))].map((key) => {
    const same = owed.filter(({ epochs }) => `${epochs}` === key);
    const { epochs } = same[0] as (typeof due)[number];
    return { epochs, recipients: same.map(({ member }) => member).sort((a, b) => a - b) };
  });
  return grants.sort((a, b) => compareSpans(a.epochs, b.epochs));
}

/** The order of grants, as far as their sets decide it (GRT-1). */
export function compareSpans(a: readonly number[], b: readonly number[]): number {
  return Math.min(...a) - Math.min(...b) || Math.max(...a) - Math.max(...b) || a.length - b.length;
}
