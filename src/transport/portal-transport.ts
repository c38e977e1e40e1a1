// What an app's portal asks a relay that has the operator's keys: to remove devices of a subject. docs/portal-guide.md.

import type { MemberId } from "../bytes/ids.js";
import { array, hexBytes, record } from "../bytes/schema.js";
import { subject } from "../log/fields.js";
import { checkRequest } from "./checks.js";
import { unanswered } from "./http.js";
import { type FetchTransportOptions, serviceAt } from "./service.js";
import type { Publication, RequestOptions } from "./transport.js";
import { type Body, createLogRoute, writeBody } from "./wire.js";

/** Which members of whose log the operator removes. */
export const EXPULSION = {
  name: "expulsion",
  maxBytes: 8192,
  cddl: "{ subject: tstr .size (1..256), remove: [1*256 bstr .size 16] }",
  schema: record({ subject, remove: array(hexBytes<MemberId>(16), { min: 1, max: 256 }) }),
} satisfies Body<unknown>;

/** Removes members in the operator's name. The app's permission to expel is the proof. */
export const expelRoute = {
  method: "POST",
  path: "/v1/portal/expel",
  query: [],
  proofs: [],
  body: EXPULSION,
  answers: { 201: createLogRoute.answers[201] },
} as const;

/** What a portal asks a relay. */
export interface PortalTransport {
  /**
   * Has the operator remove devices and backup keys of a subject. Rotation is due then, until a device of the subject is online.
   *
   * @param remove 1 to 256 members.
   * @returns `refused` with the relay's code: `UNKNOWN_MEMBER` for a member that is not active, `NOT_PERMITTED` with the rule (`MEM-3` the
   * last ones, `MEM-5` lockdown, `LOG-4` a log without operator), `NO_LOG`. Never `lost`: the relay writes on top of what came before.
   * @throws `FORBIDDEN` when the app's `authorize` does not allow it, or the relay has no operator's keys; `OFFLINE`; `INVALID_ARGUMENT`,
   * `INVALID_ENCODING`; the signal's reason
   */
  expel(
    subject: string,
    remove: readonly MemberId[],
    options?: Pick<RequestOptions, "signal">,
  ): Promise<Exclude<Publication, { readonly verdict: "lost" }>>;
}

/**
 * A portal's transport over fetch. The relay asks `authorize` by the sign-in in `headers`: give it the user's own, so that one place
 * decides.
 *
 * @throws `INVALID_ARGUMENT`
 */
export function portalTransport(options: FetchTransportOptions): PortalTransport {
  const service = serviceAt(options);
  return {
    async expel(subject, remove, options = {}) {
      checkRequest(subject, options);
      const body = writeBody(EXPULSION, { subject, remove });
      const answer = await service.ask(expelRoute, expelRoute.path, options, body);
      if (answer.status !== "refused") return { verdict: "accepted" };
      const { http, code, rule, retryAfter } = answer;
      if (http === 401 || http === 403) throw unanswered(answer);
      return { verdict: "refused", code, ...(rule && { rule }), ...(retryAfter !== undefined && { retryAfter }) };
    },
  };
}
