// A log of forged links, with everybody's keys. docs/spec.md section 6.

import type { MemberId } from "../../src/bytes/ids.js";
import { toHex } from "../../src/bytes/text.js";
import type { MemberKeys } from "../../src/keys/member-keys.js";
import { OperatorKeys } from "../../src/keys/operator-keys.js";
import { kemDigest } from "../../src/log/pairs.js";
import type { LogState } from "../../src/log/state.js";
import { appendEntry } from "../../src/log/verify.js";
import type { Env } from "../../src/primitives/env.js";
import { createEscrowLog, createLog } from "../support/accepted.js";
import { type RawSigner, signerOf } from "../support/raw-link.js";
import { seededEnv } from "../support/seeded-env.js";
import { keysNamed } from "../support/world.js";
import type { Forged, Forger } from "./forge.js";
import { pairOf } from "./pairs.js";
import type { Model, ModelPointer, Op, Pair } from "./reference.js";
import { SUBJECT } from "./world.js";

/** The keys of escrow epochs, an admin's, and a thief's. */
const ESCROW = ["escrow epoch 1", "escrow epoch 2", "a thief"].map(keysNamed) as readonly MemberKeys[];
const ADMIN = keysNamed("an admin");

/** Pointers into two escrow logs: to true epochs, and to keys that are mixed with a thief's. */
export const POINTERS: readonly ModelPointer[] = [
  pointer("11", 1, 0, 0),
  pointer("11", 2, 1, 1),
  pointer("11", 2, 2, 1),
  pointer("11", 1, 0, 2),
  pointer("22", 1, 2, 2),
];

function pointer(log: string, epoch: number, signer: number, kem: number): ModelPointer {
  const keys = (index: number): MemberKeys => ESCROW[index] as MemberKeys;
  return {
    log: log.repeat(32),
    seq: 2 * epoch + kem,
    epoch,
    ...pairOf({ signingKey: keys(signer).signingKey, kemKey: keys(kem).publicKeys.kem }),
  };
}

/** A log, and everybody's keys. */
export class ForgedLog implements Forger {
  log: LogState;
  readonly env: Env;
  readonly operator: OperatorKeys;
  readonly admin = ADMIN;
  readonly #members = new Map<number, { readonly id: MemberId; readonly signer: RawSigner | undefined }>();

  constructor(seed: string, hasOperator: boolean, kind: Model["kind"]) {
    this.env = seededEnv(seed);
    this.operator = new OperatorKeys(this.env.random(32));
    const operator = hasOperator ? this.operator.signingKey : undefined;
    const create = kind === "escrow" ? createEscrowLog : createLog;
    const first = create({ subject: SUBJECT, device: { name: "1" }, operator }, this.env);
    this.log = first.log;
    this.#members.set(1, { id: first.keyring.member, signer: signerOf(first) });
  }

  /** Publishes the link of an operation. @throws as verification does; nothing has changed then */
  append({ entry, fresh, id }: Forged, op: Op): void {
    this.log = appendEntry(this.log, entry, { now: "unchecked" });
    if (op.type === "rekey") this.#members.set(op.by, { id: this.id(op.by), signer: fresh });
    if (id) this.#members.set(this.log.head.seq, { id, signer: fresh });
  }

  id(position: number): MemberId {
    return this.#members.get(position)?.id as MemberId;
  }

  signer(position: number): RawSigner {
    return this.#members.get(position)?.signer as RawSigner;
  }

  pair(pair: Pair): ReturnType<Forger["pair"]> {
    const signer = ESCROW.find(({ signingKey: sign }) => toHex(sign) === pair.sign) as MemberKeys;
    const { kem } = (ESCROW.find(({ publicKeys }) => toHex(kemDigest(publicKeys.kem)) === pair.kem) as MemberKeys)
      .publicKeys;
    return { signer, kem };
  }

  position(id: MemberId): number {
    return [...this.#members].find(([, each]) => each.id === id)?.[0] as number;
  }
}
