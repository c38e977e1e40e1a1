// A server in memory. It is honest until a test makes it lie, to all readers or to one device only. docs/spec.md section 1.

import { checkFunction } from "../arguments/options.js";
import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { acceptEntry } from "../log/accept.js";
import type { Clock } from "../log/clock.js";
import type { LogState } from "../log/state.js";
import { verifyLog } from "../log/verify.js";
import type { MemberMessage } from "../transport/transport.js";
import { type ContentLie, checkContent, type Lie } from "./lies.js";

/** The readers of a lie. */
export interface LieOptions {
  /** Names of readers; default all readers. */
  readonly to?: readonly string[] | undefined;
}

/** A message, and the member that it is for. */
export interface AddressedMessage extends MemberMessage {
  readonly to: MemberId;
}

/** Takes the true messages, or the result of the previous lie, and returns those that a reader gets. Changes no input. */
export type MessageLie = (messages: readonly AddressedMessage[]) => readonly AddressedMessage[];

interface Told<L> {
  readonly lie: L;
  readonly to: readonly string[] | undefined;
}

/** Lies by the name of the log or content that they change. */
type Lies<L> = Map<string, Set<Told<L>>>;

/** One history of a log, and the readers that see it. */
interface Branch {
  readonly entries: Uint8Array[];
  log: LogState | undefined;
}

/**
 * A relay double for tests. It stores logs by subject and contents by any name. The test chooses the names of readers. The relay
 * checks entries as an honest server does. It applies its lies, in the order in which they were added, to every log and content
 * that it hands out.
 */
export class MaliciousRelay {
  readonly #branches = new Map<string, Branch>();
  /** Readers on a branch of their own, by subject. */
  readonly #forked = new Map<string, Map<string, Branch>>();
  readonly #lies: Lies<Lie> = new Map();
  readonly #contentLies: Lies<ContentLie> = new Map();
  readonly #contents = new Map<string, Uint8Array>();
  readonly #messages = new Map<string, AddressedMessage[]>();
  readonly #messageLies: Lies<MessageLie> = new Map();
  readonly #listeners = new Set<(subject: string) => void>();

  /**
   * Publishes an entry of a subject's log.
   *
   * @param as the publisher. It matters after a {@link fork}.
   * @param now the server's clock, milliseconds since 1970; by default times are not judged.
   * @returns false when another entry came first: receive that one, and write the link again (GRT-6).
   * @throws the error of `acceptEntry` for an entry that an honest server refuses, incomplete ones too
   */
  publish(subject: string, entry: Uint8Array, as = "", now: Clock["now"] = "unchecked"): boolean {
    const branch = this.#branchOf(subject, as) ?? { entries: [], log: undefined };
    const accepted = acceptEntry(branch.log, entry, { subject, now });
    switch (accepted.verdict) {
      case "accepted":
        this.#branches.set(subject, this.#branches.get(subject) ?? branch);
        branch.entries.push(new Uint8Array(entry));
        branch.log = accepted.log;
        for (const listener of this.#listeners) listener(subject);
        return true;
      case "same":
        return true;
      case "lost":
        return false;
      default:
        throw accepted.error;
    }
  }

  /**
   * Calls a function with the subject of each entry that is accepted from now on, on any branch.
   *
   * @returns a function that ends this.
   */
  listen(listener: (subject: string) => void): () => void {
    const own = (subject: string) => listener(subject);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** All entries of a subject's log, as this reader sees them; none for an unknown subject. */
  read(subject: string, reader = ""): readonly Bytes[] {
    const entries: readonly Uint8Array[] = this.#branchOf(subject, reader)?.entries ?? [];
    const shown = told(this.#lies, subject, reader).reduce((shown, lie) => lie(shown), entries);
    return shown.map((entry) => new Uint8Array(entry));
  }

  /** Keeps a message to a member. It believes the sender, so that a test can send in anybody's name. */
  send(subject: string, from: MemberId, to: MemberId, message: Uint8Array): void {
    const messages = this.#messages.get(subject) ?? [];
    this.#messages.set(subject, messages);
    messages.push({ id: messages.length + 1, from, to, message: new Uint8Array(message) });
  }

  /** All messages about a subject's log, as this reader sees them; none for an unknown subject. */
  messages(subject: string, reader = ""): readonly AddressedMessage[] {
    const messages: readonly AddressedMessage[] = this.#messages.get(subject) ?? [];
    return told(this.#messageLies, subject, reader).reduce((shown, lie) => lie(shown), messages);
  }

  /**
   * Adds a lie about the messages of a subject's log. It applies from now on.
   *
   * @returns a function that takes the lie back.
   */
  tellMessages(subject: string, lie: MessageLie, options?: LieOptions): () => void {
    return add(this.#messageLies, subject, lie, options);
  }

  /** Stores sealed content under any name. */
  store(name: string, content: Uint8Array): void {
    checkContent(content);
    this.#contents.set(name, new Uint8Array(content));
  }

  /**
   * Stored content, as this reader sees it.
   *
   * @throws `INVALID_ARGUMENT` when nothing is stored under that name, or a lie claims so
   */
  load(name: string, reader = ""): Bytes {
    const content = this.#shown(name, reader);
    if (!content) throw new KeysteadError("INVALID_ARGUMENT", `nothing is stored as ${JSON.stringify(name)}`);
    return new Uint8Array(content);
  }

  /** Whether {@link load} gives anything to this reader. */
  has(name: string, reader = ""): boolean {
    return this.#shown(name, reader) !== undefined;
  }

  /** Deletes what is stored under a name, if anything. */
  delete(name: string): void {
    this.#contents.delete(name);
  }

  #shown(name: string, reader: string): Uint8Array | undefined {
    const kept = this.#contents.get(name);
    const stored = kept && new Uint8Array(kept);
    const lies = told(this.#contentLies, name, reader);
    return lies.reduce<Uint8Array | undefined>((shown, lie) => shown && lie(shown), stored);
  }

  /**
   * Adds a lie about a subject's log. It applies from now on.
   *
   * @returns a function that takes the lie back.
   */
  tell(subject: string, lie: Lie, options?: LieOptions): () => void {
    return add(this.#lies, subject, lie, options);
  }

  /**
   * Adds a lie about content stored under a name. It applies from now on.
   *
   * @returns a function that takes the lie back.
   */
  tellContent(name: string, lie: ContentLie, options?: LieOptions): () => void {
    return add(this.#contentLies, name, lie, options);
  }

  /**
   * Forks a log: from now on the named readers read and publish on a branch of their own. The branch begins as a copy of the
   * first reader's branch, up to and including link `seq`.
   *
   * @throws `INVALID_ARGUMENT` when there is no such link
   */
  fork(subject: string, seq: number, readers: readonly [string, ...string[]]): void {
    const entries = this.#branchOf(subject, readers[0])?.entries.slice(0, seq) ?? [];
    if (entries.length !== seq || seq < 1)
      throw new KeysteadError("INVALID_ARGUMENT", `the log of ${JSON.stringify(subject)} has no link ${seq}`);
    const branch: Branch = { entries, log: verifyLog(entries, { subject, now: "unchecked" }) };
    const forked = this.#forked.get(subject) ?? new Map<string, Branch>();
    for (const reader of readers) forked.set(reader, branch);
    this.#forked.set(subject, forked);
  }

  #branchOf(subject: string, reader: string): Branch | undefined {
    return this.#forked.get(subject)?.get(reader) ?? this.#branches.get(subject);
  }
}

function add<L>(lies: Lies<L>, about: string, lie: L, { to }: LieOptions = {}): () => void {
  checkFunction("lie", lie, " that takes the true entries or content");
  const made = { lie, to };
  const known = lies.get(about) ?? new Set();
  lies.set(about, known.add(made));
  return () => void known.delete(made);
}

/** The lies for a reader, in order. */
function told<L>(lies: Lies<L>, about: string, reader: string): readonly L[] {
  return [...(lies.get(about) ?? [])].flatMap(({ lie, to }) => (to === undefined || to.includes(reader) ? [lie] : []));
}
