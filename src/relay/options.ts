// Options of a relay, and what it asks the app.

import { checkCount } from "../arguments/counts.js";
import { checkFunction, checkOptions } from "../arguments/options.js";
import { assertBytes, equalBytes } from "../bytes/bytes.js";
import type { LogId, MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { OperatorKeys } from "../keys/operator-keys.js";
import { StatementKeys } from "../keys/statement-keys.js";
import { type Env, systemEnv } from "../primitives/env.js";
import { VERIFYING_KEY_LENGTH } from "../primitives/sign.js";
import { type BlobStore, sqlBlobs } from "./blob-store.js";
import { errorLine, type LogLine } from "./log-line.js";
import type { Sql } from "./sql.js";
import type { StatedHeads } from "./stated-heads.js";

declare global {
  // The relay is called by servers, with the platform's own objects. Where the platform's types declare these, this adds nothing; programs
  // without them compile the declarations too.
  interface Request {}
  interface Response {}
}

/** A request as far as an app needs it to know who asks. Its body is read by the relay. */
export interface RequestLike {
  readonly method: string;
  readonly url: string;
  readonly headers: {
    /** @returns the value of a header; null if there is none */
    get(name: string): string | null;
  };
}

/**
 * What somebody wants to do, without a signature that proves it.
 *
 * - `create`: make the log of a subject that has none. `authorizeReset` decides whether a new log takes the place of one.
 * - `join`: add a new, unconfirmed device to the subject's log. - `read`: read the subject's log. A sender needs no attachments; names of
 * devices are in them.
 * - `heads`: learn the newest positions of many logs, as a service does that seals to many users.
 * - `expel`: have the operator remove devices of a subject, from the app's portal.
 * - `storeBlob`: store sealed content of so many bytes that belongs to a subject. Asked for members too, who have `member`: the app knows how
 * much its users may store. - `readBlob`: read sealed content. - `deleteBlob`: delete it; `member` is one that nobody confirmed yet.
 */
export type AccessRequest =
  | { readonly action: "create" | "join"; readonly subject: string }
  | {
      readonly action: "read";
      readonly subject: string;
      readonly attachments: "none" | "names" | "mine" | "all";
    }
  | { readonly action: "heads"; readonly logs: readonly LogId[] }
  | { readonly action: "expel"; readonly subject: string; readonly remove: readonly MemberId[] }
  | {
      readonly action: "storeBlob";
      readonly subject: string;
      readonly blob: string;
      readonly size: number;
      readonly member: MemberId | undefined;
    }
  | { readonly action: "readBlob"; readonly subject: string; readonly blob: string }
  | {
      readonly action: "deleteBlob";
      readonly subject: string;
      readonly blob: string;
      readonly member: MemberId | undefined;
    };

/** An entry that was stored. */
export interface News {
  readonly subject: string;
  readonly log: LogId;
  readonly seq: number;
  /** The type of the link, such as `join`: mail the user that a device was added. */
  readonly type: string;
  /** The member that entered by it. */
  readonly entered: MemberId | undefined;
}

/** Limits. Each has a default; a number of requests or bytes. */
export interface Limits {
  /** Links in an hour by the unconfirmed members of a log together; default 60. */
  readonly links: number;
  /** Epochs in a day by them; default 20. */
  readonly epochs: number;
  /** Joins in a day; default 10. */
  readonly joins: number;
  /** Requests in a minute from one address; default 600. */
  readonly requests: number;
  /** Event streams of one member; default 8. */
  readonly streamsOfMember: number;
  /** Event streams in all; default 10,000. */
  readonly streams: number;
  /** Bytes of links whose verified states are kept in memory; default 64 MiB. */
  readonly cacheBytes: number;
  /** Uploads of blobs at a time; default 100. Each takes less than 1 MiB of memory. */
  readonly uploads: number;
}

const LIMITS: Limits = {
  links: 60,
  epochs: 20,
  joins: 10,
  requests: 600,
  streamsOfMember: 8,
  streams: 10_000,
  cacheBytes: 1 << 26,
  uploads: 100,
};

/** Time and randomness of a relay. */
export interface RelayEnv extends Env {
  /** Calls a function again and again. @returns stops it */
  every(milliseconds: number, run: () => void): () => void;
}

/** The keys by which a service speaks for the operator that logs name. */
export interface OperatorOptions {
  /** The operator's public key, 32 bytes, as logs name it. */
  readonly signingKey: Uint8Array;
  /** Removes devices for the portal. Without it, `expel` is refused. */
  readonly keys?: OperatorKeys | undefined;
  /**
   * States heads (SVC-1). Of several relays on one database, give it to only one: two could contradict each other (SVC-5). `stated` remembers
   * what was stated, outside of the database: see `openStatedHeads`.
   */
  readonly statements?:
    | { readonly keys: StatementKeys; readonly certificate: Uint8Array; readonly stated: StatedHeads }
    | undefined;
}

/** Options of `createRelay`. */
export interface RelayOptions {
  readonly sql: Sql;
  /** Scheme, host and port by which devices reach the relay, such as `https://keys.example`. The header `Host` is not believed. */
  readonly origin: string;
  /** The path before `/v1`, where the relay is mounted in an app server, such as `/keys`; default none. */
  readonly path?: string | undefined;
  /**
   * Decides what no signature proves, by the app's own sign-in. Only `true` allows it.
   *
   * @param request whose cookies or tokens say who asks.
   */
  readonly authorize: (ask: AccessRequest, request: RequestLike) => boolean | Promise<boolean>;
  /**
   * Decides whether another log takes the place of the one that a subject has: an account reset. By default nobody may do that, since
   * it cannot be undone: a thief with the password would lock the owner out. Only `true` allows it; ask for a fresh sign-in, and more. What
   * was sealed to the old log is not lost to its devices.
   */
  readonly authorizeReset?: ((subject: string, request: RequestLike) => boolean | Promise<boolean>) | undefined;
  /** Where the bytes of blobs are kept; default the database, up to 64 MiB each. Relays on one database need the same. */
  readonly blobs?: BlobStore | undefined;
  readonly operator?: OperatorOptions | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Called after an entry was stored. Its errors go to `report`. */
  readonly notify?: ((news: News) => void | Promise<void>) | undefined;
  /** The address that a request comes from, to limit its rate. @param server what the server passed to `fetch` beside the request */
  readonly address?: ((request: RequestLike, server: unknown) => string | undefined) | undefined;
  /** Gets errors that are no answer to a request: of the database, of `authorize` and of `notify`. Default `console.error`. */
  readonly report?: ((error: unknown) => void) | undefined;
  /** Gets a line for each request, entry and failure, such as `(line) => console.log(JSON.stringify(line))`; default none. */
  readonly log?: ((line: LogLine) => void) | undefined;
  readonly env?: RelayEnv | undefined;
}

type WithDefaults = "path" | "authorizeReset" | "blobs" | "log" | "notify" | "address" | "report" | "env";

/** Options with their defaults. */
export type RelaySettings = Omit<RelayOptions, WithDefaults | "limits"> & {
  readonly [K in WithDefaults]: NonNullable<RelayOptions[K]>;
} & { readonly limits: Limits };

/** @throws `INVALID_ARGUMENT` */
export function checkRelayOptions(options: RelayOptions): RelaySettings {
  const { sql, origin, path = "", authorize, operator, limits = {}, env = relayEnv() } = checkOptions(options);
  const { notify = () => {}, address = () => undefined, report = console.error, log = () => {} } = options;
  const { authorizeReset = () => false } = options;
  if (typeof Object(sql).query !== "function") throw wrong("sql must be a database from openPglite or openPostgres");
  if (typeof origin !== "string" || !URL.canParse(origin) || new URL(origin).origin !== origin)
    throw wrong("origin must be a scheme, a host and perhaps a port, such as https://keys.example, without a slash");
  if (typeof path !== "string" || !/^(\/[\w.~-]+)*$/.test(path)) throw wrong("path must be such as /keys, or empty");
  for (const [name, value] of Object.entries({ authorize, authorizeReset, notify, address, report, log }))
    checkFunction(`options.${name}`, value);
  const { blobs = sqlBlobs(sql) } = options;
  for (const method of ["write", "read", "delete"] as const)
    if (typeof Object(blobs)[method] !== "function") throw wrong("blobs must be a store such as sqlBlobs gives");
  checkCount("options.blobs.maxBytes", blobs.maxBytes);
  if (operator !== undefined) checkOperator(operator);
  for (const [name, value] of Object.entries(checkOptions(limits, "options.limits"))) {
    if (!Object.hasOwn(LIMITS, name)) throw wrong(`limits.${name} is unknown`);
    checkCount(`options.limits.${name}`, value);
  }
  const logged = (line: LogLine): void => {
    try {
      log(line);
    } catch (error) {
      report(error);
    }
  };
  const reported = (error: unknown): void => {
    logged(errorLine(env.now(), error));
    report(error);
  };
  return {
    ...{ sql, origin, path, authorize, authorizeReset, blobs, operator, notify, address, env },
    ...{ report: reported, log: logged, limits: { ...LIMITS, ...limits } },
  };
}

/** @throws `INVALID_ARGUMENT` */
function checkOperator(operator: OperatorOptions): void {
  const { signingKey, keys, statements } = checkOptions(operator, "options.operator");
  assertBytes(signingKey, VERIFYING_KEY_LENGTH, "options.operator.signingKey");
  if (keys !== undefined) {
    OperatorKeys.check(keys, "options.operator.keys");
    if (!equalBytes(keys.signingKey, signingKey)) throw wrong("operator.keys must be those of operator.signingKey");
  }
  if (statements === undefined) return;
  const { keys: stating, certificate, stated } = checkOptions(statements, "options.operator.statements");
  StatementKeys.check(stating, "options.operator.statements.keys");
  if (typeof Object(stated).note !== "function" || typeof Object(stated).of !== "function")
    throw wrong("operator.statements.stated must be what openStatedHeads gives, or the like");
  assertBytes(certificate, undefined, "options.operator.statements.certificate");
}

function relayEnv(): RelayEnv {
  return {
    ...systemEnv(),
    every(milliseconds, run) {
      const timer = setInterval(run, milliseconds);
      return () => clearInterval(timer);
    },
  };
}

function wrong(problem: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", `options.${problem}`);
}
