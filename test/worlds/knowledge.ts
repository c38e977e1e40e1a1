// Which players can compute which epoch seed, judged from published bytes and drawn secrets alone, in the style of Dolev and Yao.
// It does not ask the library's code what is readable. docs/spec.md section 7 (GRT-2, GRT-4) and MEM-9.

import type { Runs } from "../../src/bytes/runs.js";
import { epochKemPublicKey } from "../../src/keys/epoch-keys.js";
import type { LinkRecord, LogState } from "../../src/log/state.js";
import { type Derivation, kemToken, lookIntoBox, openWith, text } from "./primitives.js";

/** All who can know something: members of the user's log, and two escrow admins. Sets of them are bit masks. */
export const NAMES = ["A", "B", "C", "P", "T", "Q", "Ann", "Bob"] as const;
export type Name = (typeof NAMES)[number];

export const bitOf = (name: Name): number => 1 << NAMES.indexOf(name);

/** A player that knows all epochs of `need` can compute those of `gives`. Sets of epochs are bit masks too: epoch n is bit n. */
export interface Clause {
  readonly need: number;
  readonly gives: number;
}

/** A secret drawn for a link that was published and lost its race. */
interface Leak {
  readonly seed: Uint8Array;
  readonly to: number;
}

/** Secrets made and published so far. */
export interface Secrets {
  /** By place in {@link NAMES}: epochs that it can compute. */
  readonly knows: readonly number[];
  /** By place in {@link NAMES}: epochs that it was granted in bytes that do not give them. */
  readonly junked: readonly number[];
  /** By place in {@link NAMES}: epochs that the newest link's boxes give. */
  readonly given: readonly number[];
  /** By epoch; undefined for one whose seed its author never drew. */
  readonly seeds: readonly (string | undefined)[];
  /** Only clauses that give more than they need: the protocol makes none (GRT-2). */
  readonly clauses: readonly Clause[];
  /** KEM keys by token: the set of players that have the private key. */
  readonly owners: ReadonlyMap<string, number>;
  readonly leaks: readonly Leak[];
}

export const NO_SECRETS: Secrets = {
  knows: NAMES.map(() => 0),
  junked: NAMES.map(() => 0),
  given: NAMES.map(() => 0),
  seeds: [undefined],
  clauses: [],
  owners: new Map(),
  leaks: [],
};

/** A link as it was published. */
export interface Published {
  readonly log: LogState;
  readonly record: LinkRecord;
  readonly attachments: readonly Uint8Array[];
  /** The author, as a set of one; empty for the operator. */
  readonly author: number;
  /** The bytes that its author drew and derived. */
  readonly draws: readonly Uint8Array[];
  readonly derivations: readonly Derivation[];
}

export function withOwner(secrets: Secrets, kem: Uint8Array, who: number): Secrets {
  const token = kemToken(kem);
  const owners = new Map(secrets.owners).set(token, (secrets.owners.get(token) ?? 0) | who);
  return { ...secrets, owners };
}

/** The knowledge of all players once a link is published. */
export function learn(secrets: Secrets, link: Published): Secrets {
  const { record, attachments, author } = link;
  const knows = [...secrets.knows];
  const junked = [...secrets.junked];
  const given = NAMES.map(() => 0);
  const clauses = [...secrets.clauses];
  const seeds = [...secrets.seeds];
  const give = (sets: number[], who: number, epochs: number) => {
    for (let at = 0; at < sets.length; at++) if (who & (1 << at)) sets[at] = (sets[at] as number) | epochs;
  };
  if (record.epoch !== undefined) {
    const { kemKey: kem } = link.log.epochs.last() as { kemKey: Uint8Array };
    const isSeed = (seed: Uint8Array) => seed.length === 32 && text(epochKemPublicKey(seed)) === text(kem);
    const leak = secrets.leaks.find(({ seed }) => isSeed(seed));
    const seed = leak?.seed ?? link.draws.find(isSeed);
    seeds[record.epoch] = seed && text(seed);
    if (seed) give(knows, author | (leak?.to ?? 0), 1 << record.epoch);
  }
  const needOf = needs(link, seeds);
  const learnFrom = (input: Uint8Array, gives: number) => {
    const need = needOf(input);
    if (need !== undefined && (gives & ~need) !== 0) clauses.push({ need, gives });
  };
  const inputs = new Map(link.derivations.map(({ from, gives }) => [text(gives.subarray(0, 32)), from]));
  for (const { epochs, boxes, keyring } of readGrants(record, attachments)) {
    const due = epochs.reduce((mask, [from, to]) => mask | ((2 << to) - (1 << from)), 0);
    for (const box of boxes) {
      const looked = lookIntoBox(box.bytes);
      const plaintext = looked && openWith(looked.inside, keyring);
      const gives = plaintext ? epochsIn(plaintext, seeds) : 0;
      const input = looked && inputs.get(looked.coins);
      if (input) learnFrom(input, gives);
      const recipient = kemToken(box.kem);
      for (const sets of [knows, given]) if (looked) give(sets, secrets.owners.get(looked.to) ?? 0, gives);
      give(junked, secrets.owners.get(recipient) ?? 0, looked?.to === recipient ? due & ~gives : due);
    }
    for (const { from: input, gives: key } of link.derivations) {
      const plaintext = key.length === 32 && input.length >= 32 ? openWith(key, keyring) : undefined;
      if (plaintext) learnFrom(input, epochsIn(plaintext, seeds));
    }
  }
  const known = clauses.length > 0 ? knows.map((set) => closure(set, clauses)) : knows;
  return { ...secrets, knows: known, junked, given, seeds, clauses };
}

/** A link that its author published and that lost its race: its boxes are public, and so are their contents. */
export function leak(secrets: Secrets, link: Published): Secrets {
  const leaks = link.draws
    .filter(({ length }) => length === 32)
    .map((seed) => {
      const opened = readGrants(link.record, link.attachments).flatMap(({ boxes, keyring }) =>
        boxes.map(({ bytes }) => {
          const looked = lookIntoBox(bytes);
          const plaintext = looked && openWith(looked.inside, keyring);
          return looked && plaintext && text(plaintext).includes(text(seed)) ? (secrets.owners.get(looked.to) ?? 0) : 0;
        }),
      );
      return { seed, to: opened.reduce((a, b) => a | b, 0) };
    });
  return { ...secrets, leaks: [...secrets.leaks, ...leaks.filter(({ to }) => to !== 0)] };
}

/** The epochs that a set of epochs gives with the clauses that apply. */
export function closure(epochs: number, clauses: readonly Clause[]): number {
  let known = epochs;
  for (let before = -1; before !== known; ) {
    before = known;
    for (const { need, gives } of clauses) if ((need & ~known) === 0) known |= gives;
  }
  return known;
}

interface GrantBytes {
  readonly epochs: Runs;
  readonly keyring: Uint8Array;
  readonly boxes: readonly { readonly kem: Uint8Array; readonly bytes: Uint8Array }[];
}

/** The grants of a link with their bytes, which are the last attachments and complete. */
function readGrants(record: LinkRecord, attachments: readonly Uint8Array[]): readonly GrantBytes[] {
  let at = attachments.length - record.grants.reduce((sum, { boxes }) => sum + 1 + boxes.length, 0);
  return record.grants.map(({ epochs, boxes }) => ({
    epochs,
    keyring: attachments[at++] as Uint8Array,
    boxes: boxes.map(({ kemKey: kem }) => ({ kem, bytes: attachments[at++] as Uint8Array })),
  }));
}

const chunks = (bytes: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.floor(bytes.length / 32) }, (_, index) => bytes.subarray(32 * index, 32 * index + 32));

/** The true seeds among 32-byte pieces. */
function epochsIn(plaintext: Uint8Array, seeds: Secrets["seeds"]): number {
  return chunks(plaintext).reduce((set, piece) => {
    const epoch = seeds.indexOf(text(piece));
    return epoch > 0 ? set | (1 << epoch) : set;
  }, 0);
}

/**
 * The epochs from which a value was derived, by one derivation or several; undefined if another secret drawn for this link went
 * in. All other inputs count as public.
 */
function needs({ derivations, draws }: Published, seeds: Secrets["seeds"]) {
  const inputs = new Map(derivations.map(({ from, gives }) => [text(gives), from]));
  const drawn = new Set(draws.map(text));
  return function needOf(input: Uint8Array): number | undefined {
    let need = 0;
    for (const piece of chunks(input).map(text)) {
      const epoch = seeds.indexOf(piece);
      const from = inputs.get(piece);
      const more = epoch > 0 ? 1 << epoch : from ? needOf(from) : drawn.has(piece) ? undefined : 0;
      if (more === undefined) return undefined;
      need |= more;
    }
    return need;
  };
}
