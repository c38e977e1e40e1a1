// A device of an app, as small as docs/spec.md section 13 permits: it reads from a relay by name, keeps the highest verified
// state, receives, and writes links again that lost a race. It uses only the public API.

import {
  createLog,
  type DeviceDescription,
  type Env,
  type EscrowOptions,
  type ExpectedContent,
  joinLog,
  type Keyring,
  KeysteadError,
  type LogState,
  type MemberId,
  type MemberState,
  openContent,
  type Proposal,
  receive,
  verifyLog,
} from "keystead";
import type { MaliciousRelay } from "keystead/testing";
import { seededEnv } from "../support/seeded-env.js";

/** One clock for all devices of a test. They differ only in randomness. */
const START = 1_700_000_000_000;

export class Device {
  readonly name: string;
  readonly env: Env;
  readonly #relay: MaliciousRelay;
  readonly #subject: string;
  #session: MemberState | undefined;

  constructor(relay: MaliciousRelay, subject: string, name: string) {
    this.#relay = relay;
    this.#subject = subject;
    this.name = name;
    this.env = seededEnv(`${subject} ${name}`, START);
  }

  get session(): MemberState {
    if (!this.#session) throw new Error(`${this.name} has not entered`);
    return this.#session;
  }

  get log(): LogState {
    return this.session.log;
  }

  get keyring(): Keyring {
    return this.session.keyring;
  }

  get id(): MemberId {
    return this.keyring.member;
  }

  /** Opens the subject's log. */
  create(options: { readonly operator?: Uint8Array } = {}): this {
    return this.createBy((device, env) => createLog({ subject: this.#subject, device, ...options }, env));
  }

  /** Opens a log of another kind. */
  createBy(open: (device: DeviceDescription, env: Env) => Proposal<MemberState>): this {
    this.#session = this.#publish(open({ name: this.name }, this.env));
    return this;
  }

  /** Joins the subject's log as the relay shows it to this device. */
  join(options: EscrowOptions = {}): this {
    const log = verifyLog(this.#shown(), { subject: this.#subject, now: "unchecked" });
    this.#session = this.#publish(joinLog(log, { device: { name: this.name }, ...options }, this.env));
    return this;
  }

  /** Verifies everything that the relay shows against its own state, and receives new and withheld bytes. */
  sync(): this {
    const shown = this.#shown();
    verifyLog(shown, { subject: this.#subject, pinned: this.log, now: "unchecked" });
    for (const entry of shown) {
      const { log, keyring } = receive(this.session, entry, { now: "unchecked" });
      this.#session = { log, keyring };
    }
    return this;
  }

  /** Writes a link on the newest head that it sees. A link that loses a race is written again (GRT-6). */
  write<T extends MemberState>(action: (session: MemberState, env: Env) => Proposal<T>): T {
    for (;;) {
      const made = this.#publish(action(this.session, this.env));
      if (made) {
        this.#session = { log: made.log, keyring: made.keyring };
        return made;
      }
      this.sync();
    }
  }

  /** Sends a proposal, and accepts it if the relay did. */
  #publish<T>(proposal: Proposal<T>): T | undefined {
    if (this.#relay.publish(this.#subject, proposal.entry, this.name)) return proposal.accept();
    proposal.discard();
    return undefined;
  }

  #shown(): readonly Uint8Array[] {
    return this.#relay.read(this.#subject, this.name);
  }
}

/** The text of sealed content, or the code of the refusal. */
export async function readText(keyring: Keyring, sealed: Uint8Array, options: ExpectedContent): Promise<string> {
  try {
    return new TextDecoder().decode(await openContent(sealed, keyring, options));
  } catch (error) {
    if (error instanceof KeysteadError) return error.code;
    throw error;
  }
}
