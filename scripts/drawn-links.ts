// Random logs of raw links of every type, for `npm run gen:changed-links`. Fields are drawn from values that the log has, and
// often from others. The epoch and the grants that a link then owes are computed, so that a check of grants does not hide other
// rules.

import { equalBytes } from "../src/bytes/bytes.js";
import type { MemberId } from "../src/bytes/ids.js";
import { canonicalRuns, type Run, type Runs } from "../src/bytes/runs.js";
import { compareBytes, toHex } from "../src/bytes/text.js";
import type { Role } from "../src/log/fields.js";
import { escrowMember, type LogState, type Member } from "../src/log/state.js";
import { labelledHash } from "../src/primitives/hash.js";
import * as LABELS from "../src/primitives/labels.js";
import { actor, DIGEST, type LinkFields, Links, namedKeys, pointerTo, publicKeysOf } from "../test/support/links.js";
import { idBytes, type RawSigner, rawEntry, takeApart } from "../test/support/raw-link.js";
import { OPERATOR } from "../test/support/world.js";
import { type Draw, drawer } from "./draws.js";

/** A log, and links that were tried on it: `after` counts the entries before. */
export interface DrawnHistory {
  readonly log: LogState;
  readonly tried: readonly { readonly after: number; readonly before: LogState; readonly entry: Uint8Array }[];
}

/** Names of keys: of members, and of escrow's epochs. */
const NAMES: readonly string[] = ["Laptop", "Ann", ...Array.from({ length: 24 }, (_, index) => `Member ${index}`)];
const KEYS: readonly string[] = ["Key A", "Key B", "Key C"];
const ROLES: readonly Role[] = ["discover", "manage", "recover"];
const GRANTING: ReadonlySet<string> = new Set(["enroll", "rotate", "regrant", "reclaim", "renew-escrow"]);
const SOME_GRANTS = [{ from: 1, to: 1, count: 1, keyring: DIGEST, boxes: [[new Uint8Array(16), DIGEST]] }];
/** How often a field is drawn from values that do not fit: once in this many. */
const ODD = 12;

/** A log of the links that it accepted, and every link that was tried. */
export function drawHistory(seed: string, links: number): DrawnHistory {
  const draw = drawer(seed);
  let world = draw.nat(3) === 0 ? Links.ofEscrow() : Links.ofUser();
  const tried: DrawnHistory["tried"][number][] = [];
  for (let count = 0; count < links; count++) {
    const entry = new Author(world.log, draw).next(world);
    tried.push({ after: world.log.head.seq, before: world.log, entry });
    try {
      world = world.append(entry);
    } catch {
      // Refused: the verifier that judges the link finds the reason.
    }
  }
  return { log: world.log, tried };
}

/** The entries of a drawn log. */
export function entriesOf({ links }: LogState): readonly Uint8Array[] {
  return [...links].map(({ bytes }) => rawEntry(bytes));
}

/** Possible values of the fields of one link, drawn from one state. */
class Author {
  readonly #log: LogState;
  readonly #draw: Draw;

  constructor(log: LogState, draw: Draw) {
    this.#log = log;
    this.#draw = draw;
  }

  next(world: Links): Uint8Array {
    const [fields, signers] = this.#draw.oneOf(this.#kinds())();
    const swapped = this.#odd() && this.#odd() ? [...signers].reverse() : signers;
    const signing = this.#odd() && this.#odd() ? [...swapped, namedKeys("Ann")] : swapped;
    try {
      const entry = world.next(fields, signing);
      if (!GRANTING.has(fields["type"] as string) || takeApart(entry).body.has("grants")) return entry;
    } catch {
      // A grant of no runs has no encoding.
    }
    return world.next({ ...fields, grants: SOME_GRANTS }, signing);
  }

  #kinds(): readonly (() => readonly [LinkFields, readonly RawSigner[]])[] {
    const escrow = escrowMember(this.#log);
    const [user, always] = [
      [
        () => this.#lockdown(),
        () => this.#enrollEscrow(),
        () => this.#renewal(),
        ...(escrow ? [() => this.#byEscrow(), () => this.#byEscrow(), () => this.#renewalByEscrow()] : []),
      ],
      [
        () => this.#join(),
        () => this.#join(),
        () => this.#enroll(),
        () => this.#review(),
        () => this.#review(),
        () => this.#review(),
        () => this.#simple("rotate", { ...this.#missing(), ...this.#withhold() }),
        () => this.#regrant(),
        () => this.#reclaim(),
        () => this.#reclaim(),
        () => this.#rekey(),
        () => this.#simple("leave", {}),
        () => this.#expel(),
        () => this.#simple("rename", { member: idBytes(this.#anybody().id), name: DIGEST }),
      ],
    ];
    const records = [
      () => this.#simple("act", { commitment: DIGEST, opening: DIGEST }),
      () => this.#simple("act", { commitment: DIGEST, opening: DIGEST }),
      () => this.#simple("access", { commitment: DIGEST, opening: DIGEST }),
      () => this.#simple("disown", { acts: this.#acts() }),
      () => this.#policy(),
    ];
    const isUser = this.#log.kind === "user";
    return [...always, ...(isUser !== this.#odd() ? user : []), ...(isUser === this.#odd() ? records : [])];
  }

  #join() {
    const name = this.#fresh();
    const kind = this.#odd() ? "backup" : "device";
    const body = { type: "join", member: { kind, ...publicKeysOf(name), name: DIGEST }, ...this.#withhold() };
    return [body, [namedKeys(name)]] as const;
  }

  #enroll() {
    const name = this.#fresh();
    const kind = this.#draw.oneOf(["device", "backup"]);
    const named = (kind === "backup" && escrowMember(this.#log) !== undefined) !== this.#odd();
    const fields = {
      member: { kind, ...publicKeysOf(name), name: DIGEST },
      ...((this.#log.kind === "escrow") !== this.#odd() && { roles: this.#roles() }),
      ...(named && { escrowHead: { seq: 1, hash: DIGEST } }),
      ...this.#missing(),
    };
    return this.#simple("enroll", fields, namedKeys(name));
  }

  #enrollEscrow() {
    return this.#simple("enroll", { escrow: this.#pointer(), ...this.#missing() });
  }

  #renewal() {
    const same = escrowMember(this.#log)?.pointer;
    const kept = same && { ...same, log: idBytes(same.log), hash: idBytes(same.hash) };
    const escrow = kept && this.#draw.nat(3) === 0 ? kept : this.#pointer();
    return this.#simple("renew-escrow", { escrow, ...this.#missing() });
  }

  #renewalByEscrow() {
    const [fields] = this.#renewal();
    const { author: _, missing: __, ...rest } = fields;
    const [inForce, ann] = [this.#inForce(), namedKeys("Ann")];
    const body = { ...rest, author: inForce.signingKey, by: actor(), ...(this.#odd() && this.#missing()) };
    return [body, [inForce, ann]] as const;
  }

  #byEscrow() {
    const { draw, granted } = { draw: this.#draw, granted: [...this.#log.granted].map(([, each]) => each) };
    const pairs = draw
      .some(granted, 2)
      .map(({ signingKey: sign, kemDigest: kem }) => [sign, this.#odd() ? DIGEST : kem] as const)
      .sort(([a, b], [c, d]) => compareBytes(a, c) || compareBytes(b, d));
    const [approve, remove] = this.#lists();
    const gives = approve.length > 0 !== this.#odd();
    const by = actor({
      salt: DIGEST,
      ...(gives && draw.nat(4) > 0 && { runs: this.#givable(granted) }),
      ...(gives && pairs.length > 0 && draw.nat(3) > 0 && { pairs: this.#odd() ? [...pairs].reverse() : pairs }),
    });
    const signers = ((by["pairs"] as typeof pairs | undefined) ?? []).map(([sign]) => this.#keysOf(sign, KEYS));
    const [inForce, more] = [this.#inForce(), { ...(this.#odd() && { ...this.#missing(), ...this.#withhold() }) }];
    const body = { type: "review", author: inForce.signingKey, by, approve, remove, ...more };
    return [body, [inForce, namedKeys("Ann"), ...signers]] as const;
  }

  #review() {
    const [approve, remove] = this.#lists();
    const confirmed = Math.min(...[...this.#log.active.values()].map(({ founder }) => founder));
    const roles = approve
      .filter((id) => this.#memberOf(id)?.founder !== confirmed)
      .map((id) => [id, this.#roles()] as const);
    const fields = {
      ...{ approve, remove, ...this.#missing(), ...this.#withhold() },
      ...((this.#log.kind === "escrow") !== this.#odd() && roles.length > 0 && { roles }),
      ...(this.#log.kind === "escrow" && this.#draw.nat(3) === 0 && { disown: this.#acts() }),
    };
    return this.#simple("review", fields);
  }

  #regrant() {
    const members = this.#draw.some([...this.#log.active.values()], 1 + this.#draw.nat(2));
    const some = members.length > 0 ? members : [this.#anybody()];
    const give = some
      .map(({ id, reach }) => [idBytes(id), this.#odd() ? this.#runs() : this.#within(reach)] as const)
      .sort(([a], [b]) => compareBytes(a, b));
    return this.#simple("regrant", { give: this.#odd() ? [...give].reverse() : give, ...this.#missing() });
  }

  #reclaim() {
    const gone = [...this.#log.removed];
    const from = gone.length > 0 && !this.#odd() ? this.#draw.oneOf(gone) : this.#anybody();
    const runs = this.#odd() ? this.#runs() : this.#within(from.held);
    const fields = { from: idBytes(from.id), runs, ...this.#missing() };
    return this.#simple("reclaim", fields, this.#keysOf(from.signingKey, from.kind === "escrow" ? KEYS : NAMES));
  }

  #rekey() {
    const name = this.#fresh();
    const fields = { keys: publicKeysOf(name), ...this.#missing(), ...this.#withhold() };
    return this.#simple("rekey", fields, namedKeys(name));
  }

  #expel() {
    const [, remove] = this.#lists();
    return [{ type: "expel", remove }, [OPERATOR]] as const;
  }

  #lockdown() {
    const [, remove] = this.#lists();
    const on = this.#log.lockdown === this.#odd();
    const fields = { on, remove: on || this.#odd() ? remove : [], ...this.#missing(), ...this.#withhold() };
    return this.#simple("lockdown", fields);
  }

  #policy() {
    const policy = {
      ...{ enabled: this.#draw.nat(2) === 0, allowUserBackupKeys: this.#draw.nat(2) === 0 },
      ...{ escrowContacts: [], userContacts: [] },
    };
    const disables = this.#log.policy?.enabled && !policy.enabled;
    return this.#simple("policy", { policy }, ...(disables !== this.#odd() ? [OPERATOR] : []));
  }

  /** A link by an active device or backup key, and sometimes by a removed one. */
  #simple(type: string, fields: LinkFields, ...others: readonly RawSigner[]) {
    const people = [...this.#log.active.values()].filter(({ kind }) => kind !== "escrow");
    const gone = [...this.#log.removed].filter(({ kind }) => kind !== "escrow");
    const author = this.#keysOf(this.#draw.oneOf(this.#odd() && gone.length > 0 ? gone : people).signingKey, NAMES);
    return [{ type, author: author.signingKey, ...fields } as LinkFields, [author, ...others]] as const;
  }

  #odd(): boolean {
    return this.#draw.nat(ODD) === 0;
  }

  #fresh(): string {
    const unused = NAMES.filter((name) => !this.#log.seen.has(digestOf(namedKeys(name).signingKey)));
    return this.#draw.oneOf(unused.length > 0 && !this.#odd() ? unused : NAMES);
  }

  #keysOf(sign: Uint8Array, names: readonly string[]): RawSigner {
    return namedKeys(names.find((name) => equalBytes(namedKeys(name).signingKey, sign)) ?? "a stranger");
  }

  #inForce(): RawSigner {
    return this.#keysOf((escrowMember(this.#log) as Member).signingKey, KEYS);
  }

  #pointer(): LinkFields {
    const [sign, kem] = [this.#draw.oneOf(KEYS), this.#draw.oneOf(KEYS)];
    const pointer = this.#draw.nat(3) === 0 ? pointerTo(sign, kem) : pointerTo(sign);
    return this.#odd() ? { ...pointer, log: DIGEST } : pointer;
  }

  #anybody(): Member {
    return this.#draw.oneOf([...this.#log.active.values(), ...this.#log.removed]);
  }

  #memberOf(id: Uint8Array): Member | undefined {
    return [...this.#log.active.values()].find((member) => equalBytes(idBytes(member.id), id));
  }

  /** Members to approve and members to remove: few, sorted, and mostly active. */
  #lists(): readonly [approve: readonly Uint8Array[], remove: readonly Uint8Array[]] {
    const ids: readonly MemberId[] = [...this.#log.active.keys()];
    const approve = this.#draw.some(ids, 1).sort();
    const some = approve.length > 0 || this.#odd() ? this.#draw.some(ids, 1) : [this.#draw.oneOf(ids)];
    const remove = some.filter((id) => this.#odd() || !approve.includes(id));
    const list = (each: readonly MemberId[]) => (this.#odd() ? [...each, this.#anybody().id] : each).map(idBytes);
    return [list(approve), list(remove.sort())];
  }

  #roles(): readonly Role[] {
    return ROLES.filter(() => this.#draw.nat(2) === 0);
  }

  #acts(): readonly number[] {
    const acts = [...this.#log.links].filter(({ act }) => act).map(({ seq }) => seq);
    const some = this.#draw.some(acts, 1 + this.#draw.nat(2));
    return some.length > 0 && !this.#odd() ? some : [...some, 1 + this.#draw.nat(this.#log.head.seq)];
  }

  #withhold(): LinkFields {
    return this.#draw.nat(4) === 0 ? { escrow: "withheld" } : {};
  }

  #missing(): LinkFields {
    if (this.#draw.nat(4) > 0) return {};
    const people = [...this.#log.active.values()].filter(({ kind }) => kind !== "escrow");
    return { missing: this.#odd() ? this.#runs() : this.#within(this.#draw.oneOf(people).held) };
  }

  #givable(granted: readonly { readonly runs: Runs }[]): Runs {
    const all = canonicalRuns(granted.flatMap(({ runs }) => runs));
    return this.#odd() ? this.#runs() : this.#draw.nat(2) === 0 ? all : this.#within(all);
  }

  /** Some of a set of epochs. */
  #within(runs: Runs): Runs {
    const epochs = runs.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
    return canonicalRuns(this.#draw.some(epochs, epochs.length / 2).map((epoch): Run => [epoch, epoch]));
  }

  /** Any runs, maximal or not. */
  #runs(): Runs {
    const epoch = () => 1 + this.#draw.nat(this.#log.epochs.length + 1);
    return Array.from({ length: this.#draw.nat(3) }, (): Run => [epoch(), epoch()]);
  }
}

/** A key in the form that a log keeps. */
function digestOf(key: Uint8Array): string {
  return toHex(labelledHash(LABELS.publicKey, key));
}
