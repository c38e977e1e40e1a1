// What a sender for services asks a service: entries of logs, and the newest positions of many logs at once. docs/transport.md.

import { checkWork } from "../arguments/work.js";
import type { Bytes } from "../bytes/bytes.js";
import type { LogId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import { fetchTransport } from "./fetch-transport.js";
import { type FetchTransportOptions, serviceAt } from "./service.js";
import type { RequestOptions, Transport } from "./transport.js";
import { ASKED_HEADS, MAX_HEADS, readHeadsRoute, writeBody } from "./wire.js";

/** What a service says of a log. Nothing about it is verified. */
export interface ClaimedHead {
  /** The position of the newest entry; undefined when the service has no such log. */
  readonly newest?: number | undefined;
  /** The service's signed statement of the head, if it makes any (SVC-1). */
  readonly statement?: Bytes | undefined;
}

/** What a sender asks a service. */
export interface SenderTransport extends Pick<Transport, "read"> {
  /**
   * What the service says of some logs, in their order. Absent where the service cannot say: the sender reads each log then.
   *
   * @param logs 1 to 1000.
   * @throws as {@link Transport.read}
   */
  heads?(logs: readonly LogId[], options: Pick<RequestOptions, "signal">): Promise<readonly ClaimedHead[]>;
}

/**
 * A sender's transport over fetch. The service allows it by the sign-in in `headers`.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function senderTransport(options: FetchTransportOptions): Required<SenderTransport> {
  const service = serviceAt(options);
  const { read } = fetchTransport(options);
  return {
    read,
    async heads(logs, options) {
      const { signal } = checkWork(options, "listens");
      if (!Array.isArray(logs) || logs.length === 0 || logs.length > MAX_HEADS)
        throw new KeysteadError("INVALID_ARGUMENT", `logs must be a list of 1 to ${MAX_HEADS} ids of logs`);
      const answer = await service.ask(
        readHeadsRoute,
        readHeadsRoute.path,
        { signal },
        writeBody(ASKED_HEADS, { logs }),
      );
      if (answer.status === "refused") {
        const { http: status, code } = answer;
        const isDenied = status === 401 || status === 403;
        throw new KeysteadError(
          isDenied ? "FORBIDDEN" : "OFFLINE",
          `the service did not answer for the heads, with status ${status} and code ${code}`,
          { details: { status, code } },
        );
      }
      const { heads } = answer.value;
      if (heads.length !== logs.length || heads.some(({ log }, at) => log !== logs[at]))
        throw new KeysteadError("OFFLINE", "the service answered for other logs than it was asked for");
      return heads;
    },
  };
}
