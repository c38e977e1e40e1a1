// A proposal: a link that was written and that the server has not accepted yet. It is no state of a log: nothing can be sealed,
// signed or stored with it. docs/spec.md sections 6 and 7 (GRT-6).

import { finishSecretInstance, PROPOSAL, wrongInstance } from "../arguments/instances.js";
import { LIBRARY, type Library, requireLibrary } from "../arguments/library-only.js";
import type { Bytes } from "../bytes/bytes.js";
import type { Secret } from "../bytes/secret.js";
import { KeysteadError } from "../errors.js";
import type { MemberState } from "../grants/member-state.js";
import { withMade } from "../grants/seed-check.js";
import type { Keyring } from "../keys/keyring.js";
import type { KeyHolder } from "../keys/member-keys.js";
import type { Head, LogState } from "../log/state.js";
import type { Written } from "./write-link.js";

const REDACTED = "Proposal [secret]";

/** What a proposal is made of. */
interface ProposalParts<T> {
  readonly entry: Bytes;
  readonly log: LogState;
  /** Makes the result for the caller, once. It takes over the fresh secrets. */
  readonly accept: () => T;
  /** Secrets that this proposal drew. They are wiped unless it is accepted. */
  readonly fresh: readonly { wipe(): void }[];
  /** The text of the backup key that the link makes. */
  readonly backupKey?: (() => string) | undefined;
}

/** What a proposal leads to, before it is accepted. */
interface Preview<T> {
  readonly value: T;
  /** The text of a new backup key. */
  readonly backupKey: string | undefined;
}

let previewOf: <T>(proposal: Proposal<T>) => Preview<T>;

/**
 * A link that was written and that nobody has accepted yet. Nothing changes before the server accepts its entry: the state
 * that wrote it is unchanged, and the caller continues to use it. So first store the entry and its secrets
 * (`unsafeSerializeProposal`), then send it. When the server has accepted it, call {@link accept}, and go on with what that
 * returns. When another entry was faster, receive that entry with the state from before, call {@link discard}, and write the link
 * again. A refusal is no reason to discard: the server has the entry and can publish it later, and a device that dropped the
 * fresh keys of a `rekey` is then shut out. Discard a proposal also before you wipe the keyring that wrote it: that keyring does
 * not have the new secrets yet.
 *
 * It shows neither the log nor the secrets that the link leads to, and never prints or serialises them.
 */
export class Proposal<T> {
  #accept: (() => T) | undefined;
  #fresh: readonly { wipe(): void }[];
  #accepted: { readonly value: T } | undefined;
  readonly #backupKey: (() => string) | undefined;
  /** The entry for the server, with its attachments. It holds no secret. */
  readonly entry: Bytes;
  /** The head that the log has once the entry is accepted: its position tells whether the server has this entry or another. */
  readonly head: Head;

  /** @internal Takes over the fresh secrets. */
  constructor(library: Library, parts: ProposalParts<T>) {
    requireLibrary(library, PROPOSAL);
    const { entry, log, accept, fresh, backupKey } = parts;
    this.entry = entry;
    this.head = log.head;
    this.#accept = accept;
    this.#fresh = fresh;
    this.#backupKey = backupKey;
    finishSecretInstance(this, PROPOSAL);
  }

  /** @throws `INVALID_ARGUMENT` for a call on a value that is no proposal, such as a Proxy of one */
  static #check(proposal: unknown): void {
    if (!Proposal.is(proposal)) throw wrongInstance("proposal", PROPOSAL, proposal);
  }

  /**
   * What the link leads to. Call it after the server has accepted the entry, never before. Called again it returns the same.
   *
   * @throws `WIPED` after {@link discard}, or when the keyring that wrote the link was wiped
   */
  accept(): T {
    Proposal.#check(this);
    if (this.#accepted) return this.#accepted.value;
    if (!this.#accept) throw discarded();
    try {
      this.#accepted = { value: this.#accept() };
    } catch (error) {
      this.discard();
      throw error;
    }
    this.#accept = undefined;
    this.#fresh = [];
    return this.#accepted.value;
  }

  /**
   * Gives the proposal up, because another entry was verified at its position. It wipes only the secrets that were drawn for it;
   * the state that wrote it stays usable. It is safe to call it again.
   *
   * @throws `INVALID_ARGUMENT` after {@link accept}: its secrets are in use
   */
  discard(): void {
    Proposal.#check(this);
    if (this.#accepted) {
      throw new KeysteadError("INVALID_ARGUMENT", "this proposal was accepted and cannot be discarded any more");
    }
    for (const secret of this.#fresh) secret.wipe();
    this.#accept = undefined;
    this.#fresh = [];
  }

  static {
    // No static function: those can be reached from every proposal.
    previewOf = (proposal) => {
      const value = proposal.#accepted?.value ?? proposal.#accept?.();
      if (value === undefined) throw discarded();
      return { value, backupKey: proposal.#backupKey?.() };
    };
  }

  /** @internal Whether the value is a proposal. */
  static is(value: unknown): value is Proposal<unknown> {
    return typeof value === "object" && value !== null && #accept in value;
  }

  /** Says only that this is secret. */
  toString(): string {
    return REDACTED;
  }

  /** Says only that this is secret. */
  toJSON(): string {
    return REDACTED;
  }
}

/**
 * What {@link Proposal.accept} gives or gave, and the text of a new backup key, without accepting.
 *
 * @throws `WIPED` after {@link Proposal.discard}, `INVALID_ARGUMENT` for a value that is no proposal
 */
export function previewProposal<T>(proposal: Proposal<T>): Preview<T> {
  if (!Proposal.is(proposal)) throw wrongInstance("proposal", PROPOSAL, proposal);
  return previewOf(proposal);
}

/** A proposal. It takes over the fresh secrets. */
export function makeProposal<T>(parts: ProposalParts<T>): Proposal<T> {
  return new Proposal(LIBRARY, parts);
}

function discarded(): KeysteadError {
  return new KeysteadError("WIPED", "this proposal was discarded; write the link again on the newest state");
}
/**
 * The proposal of a member that has a keyring already. Its keyring gains the new epoch, and takes `keys` in place of its own,
 * only when the proposal is accepted.
 */
export function proposeState(
  keyring: Keyring,
  { log, entry, newEpoch }: Written,
  keys?: KeyHolder,
): Proposal<MemberState> {
  return makeProposal({
    entry,
    log,
    accept: () => ({ log, keyring: withMade(log, keyring, newEpoch, keys) }),
    fresh: freshSecrets(newEpoch, keys),
  });
}

/** The proposal of an author that gets no keyring from it, such as the operator. It has no secrets of its own. */
export function proposeLog({ log, entry, newEpoch }: Written): Proposal<LogState> {
  for (const seed of newEpoch.values()) seed.wipe();
  return makeProposal({ entry, log, accept: () => log, fresh: [] });
}

function freshSecrets(newEpoch: ReadonlyMap<number, Secret>, keys: KeyHolder | undefined) {
  return [...newEpoch.values(), ...(keys ? [keys] : [])];
}
