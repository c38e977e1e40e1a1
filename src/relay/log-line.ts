// A line of a relay's log. docs/relay.md, "Operations".

import type { LogId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";

/** One line of a relay's log. It holds no secret, no subject, no address and no name, at most the id of a log. */
export type LogLine = { readonly at: number } & (
  | {
      readonly event: "request";
      /** The name of the route in the OpenAPI document; undefined for none. */
      readonly route: string | undefined;
      readonly method: string;
      readonly status: number;
      /** The code of a refusal. */
      readonly code: string | undefined;
      /** Milliseconds until the answer began. */
      readonly took: number;
      readonly log: string | undefined;
    }
  | { readonly event: "entry"; readonly log: LogId; readonly seq: number; readonly type: string }
  /** The number of event streams changed. */
  | { readonly event: "streams"; readonly open: number }
  /** Something failed that is no answer to a request. `report` gets the error itself, which can name subjects. */
  | {
      readonly event: "error";
      readonly code: string;
      /** The code of its cause, such as the one of PostgreSQL. */
      readonly cause: string | undefined;
    }
);

/** The line for an error. Its message and its stack can have names in them, and are left out. */
export function errorLine(at: number, error: unknown): LogLine {
  const known = KeysteadError.from(error);
  return { at, event: "error", code: known?.code ?? "UNEXPECTED", cause: codeOf(known?.cause ?? error) };
}

function codeOf(cause: unknown): string | undefined {
  const code: unknown = Object(cause).code;
  return typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}
