// The address of a request: the values in its path and its query, which a client writes and a service reads. The routes themselves are in
// wire.ts. docs/transport.md.

import { base64urlnopad } from "@scure/base";
import type { LogId } from "../bytes/ids.js";
import { parseLogId, utf8Decode, utf8Encode } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { MAX_SUBJECT_BYTES } from "../log/fields.js";
import { MAX_EVENT_LOGS, MAX_PAGE_ENTRIES, QUERY, type Route } from "./wire.js";

type Names<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Names<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/** Values of paths: their text in an address, and back. @throws `INVALID_ENCODING` for another text than the one of a value */
export const PARAMETERS = {
  /**
   * base64url without padding. A subject may have any characters, and a percent-encoded slash or dot is changed or refused by many
   * servers and proxies: two subjects would share one address.
   */
  subject: { write: (subject: string) => base64urlnopad.encode(utf8Encode(subject, "subject")), read: readSubjectText },
  log: { write: (log: LogId): string => log, read: parseLogId },
  blob: { write: parseBlobId, read: parseBlobId },
} as const;

/**
 * The id of a blob: 16 to 32 bytes in hexadecimal, drawn at random by the client.
 *
 * @throws `INVALID_ENCODING`
 */
export function parseBlobId(text: unknown): string {
  if (typeof text === "string" && /^([0-9a-f]{2}){16,32}$/.test(text)) return text;
  throw new KeysteadError("INVALID_ENCODING", "the id of a blob is 16 to 32 bytes in lower-case hexadecimal");
}

function readSubjectText(text: string): string {
  const subject = fromBase64url(text);
  if (subject === undefined || subject.length === 0 || subject.length > MAX_SUBJECT_BYTES) {
    throw new KeysteadError("INVALID_ENCODING", `a subject in a path is 1 to ${MAX_SUBJECT_BYTES} bytes in base64url`);
  }
  return utf8Decode(subject, "subject");
}

function fromBase64url(text: string): Uint8Array | undefined {
  try {
    // It refuses a text with unused bits, so no subject has two texts.
    return base64urlnopad.decode(text);
  } catch {
    return undefined;
  }
}

/** Path and query of a request. */
export function targetOf<R extends Route>(
  { path }: R,
  parameters: {
    readonly [N in Names<R["path"]> & keyof typeof PARAMETERS]: Parameters<(typeof PARAMETERS)[N]["write"]>[0];
  },
  query: { readonly [Q in R["query"][number]]?: string | number | readonly string[] | undefined } = {},
): string {
  const values: Readonly<Record<string, unknown>> = parameters;
  const filled = path.replace(/:(\w+)/g, (_, name: keyof typeof PARAMETERS) =>
    PARAMETERS[name].write(values[name] as never),
  );
  const given: Readonly<Record<string, string | number | readonly string[] | undefined>> = query;
  const pairs = Object.entries(given).flatMap(([name, value]) =>
    [value ?? []].flat().map((item) => `${name}=${encodeURIComponent(item)}`),
  );
  return pairs.length === 0 ? filled : `${filled}?${pairs.join("&")}`;
}

/** The values of a query, with defaults. */
export interface Query {
  readonly after: number;
  readonly limit: number;
  readonly attachments: "none" | "names" | "mine" | "all";
  readonly log: readonly LogId[];
  /** The subject that a blob belongs to. */
  readonly owner: string;
  /** Bytes of a blob. */
  readonly size: number;
}

/**
 * The values of a request's query, such as `new URL(address).searchParams`.
 *
 * @throws `INVALID_ENCODING` for a parameter that the route does not have, that comes twice, that is in another form, or that lacks and
 * has no default
 */
export function readQuery<R extends Route>(
  { query }: R,
  parameters: Iterable<readonly [string, string]>,
): Pick<Query, R["query"][number]> {
  const values: Record<keyof Query, string[]> = {
    ...{ after: [], limit: [], attachments: [], log: [] },
    ...{ owner: [], size: [] },
  };
  for (const [name, value] of parameters) {
    const known = query.find((each) => each === name);
    if (!known) throw wrongQuery(`has an unknown parameter ${JSON.stringify(name.slice(0, 40))}`);
    if (!QUERY[known].form.test(value)) throw wrongQuery(`has a wrong ${known}: it is ${QUERY[known].says}`);
    if (values[known].push(value) > (known === "log" ? MAX_EVENT_LOGS : 1))
      throw wrongQuery(`has too many of ${known}`);
  }
  const {
    after: [after = 0],
    limit: [limit = MAX_PAGE_ENTRIES],
    attachments: [attachments = "none"],
    log,
    owner: [owner = ""],
    size: [size],
  } = values;
  for (const name of ["owner", "size"] as const)
    if (query.includes(name) && values[name].length === 0) throw wrongQuery(`lacks ${name}: ${QUERY[name].says}`);
  const all = {
    ...{ after: Number(after), limit: Number(limit), attachments, log },
    ...{ owner: owner && readSubjectText(owner), size: Number(size) },
  };
  return Object.fromEntries(query.map((name) => [name, all[name]])) as unknown as Query;
}

function wrongQuery(problem: string): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", `the query ${problem}`);
}
