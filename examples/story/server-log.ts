// One log on the story's server, and its use: devices publish to it, fetch it, and verify it from the first byte on.

import {
  compareFingerprint,
  type Env,
  fingerprintOf,
  type LogState,
  type MemberState,
  type Proposal,
  receive,
  verifyLog,
} from "keystead";
import type { LogFolder } from "./folder.js";
import { expect } from "./telling.js";

/** A log of one subject. */
export class ServerLog {
  readonly #subject: string;
  readonly #folder: LogFolder;
  readonly #env: Env;

  constructor(subject: string, folder: LogFolder, env: Env) {
    this.#subject = subject;
    this.#folder = folder;
    this.#env = env;
  }

  /** Every entry, in order. */
  get entries(): readonly Uint8Array[] {
    return this.#folder.entries;
  }

  /** The log as anybody gets it from the server. */
  get verified(): LogState {
    return verifyLog(this.entries, { subject: this.#subject, now: this.#env.now() });
  }

  /** Publishes a proposal. This server accepts everything, so the author continues with the state that the proposal leads to. */
  publish<T>(proposal: Proposal<T>, what: string): T {
    this.#folder.publish(proposal.entry, what);
    return proposal.accept();
  }

  /** A device fetches the entries that it has not seen yet. */
  catchUp(session: MemberState): MemberState {
    return this.entries
      .slice(session.log.head.seq)
      .reduce<MemberState>((next, entry) => receive(next, entry, { now: this.#env.now() }), session);
  }

  /** Somebody compares this log's fingerprint with the one that another person reads out. */
  compare(readOut: LogState): LogState {
    const log = this.verified;
    expect(compareFingerprint(log, String(fingerprintOf(readOut))) === "match", "the fingerprints match");
    return log;
  }
}
