// Who sent a request, and whether it may be done: a member's signature, or the app's permission.

import type { Bytes } from "../bytes/bytes.js";
import type { MemberId } from "../bytes/ids.js";
import { KeysteadError } from "../errors.js";
import type { LogState } from "../log/state.js";
import type { VerifyLabelledLater } from "../primitives/verify-later.js";
import type { Query } from "../transport/addresses.js";
import { checkDigest, isSigned, type SignedRequest, verifyRequest } from "../transport/verify-request.js";
import type { AccessRequest, RelaySettings } from "./options.js";
import { Refusal, refusalOf } from "./refusal.js";
import type { RelayRoute } from "./routes.js";
import { signingKeysOf } from "./signing-keys.js";

/** What a route gets. */
export interface Exchange {
  readonly request: Request;
  /** Values of the path, as text. */
  readonly values: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly route: RelayRoute;
  /** Empty where there is none, and where the route reads it itself. */
  readonly body: Bytes;
}

/** Verifies signatures, and asks the app. */
export class Proofs {
  readonly #settings: Pick<RelaySettings, "origin" | "env" | "authorize" | "authorizeReset">;
  readonly #later: Promise<VerifyLabelledLater | undefined>;

  /** @param later verifies signatures beside this thread */
  constructor(settings: RelaySettings, later: Promise<VerifyLabelledLater | undefined>) {
    this.#settings = settings;
    this.#later = later;
  }

  /**
   * A signature of a member, removed or not, or the app's permission.
   *
   * @returns the member that signed, if one did.
   * @throws {@link Refusal} 401, 403
   */
  async mayRead(
    exchange: Exchange,
    subject: string,
    state: LogState | undefined,
    attachments: Query["attachments"],
  ): Promise<MemberId | undefined> {
    const signed = await this.signed(exchange, state ? [state] : [], true);
    if (!signed) await this.ask(exchange, { action: "read", subject, attachments });
    return signed?.member;
  }

  /**
   * The signature of a request; undefined for a request without one, or by nobody of these logs.
   *
   * @param orFormer as {@link signingKeysOf}
   * @throws {@link Refusal} 401 for a signature that is wrong in any other way
   */
  async signed(
    { request, route, body }: Exchange,
    logs: readonly LogState[],
    orFormer: boolean,
  ): Promise<SignedRequest | undefined> {
    if (!isSigned(request.headers)) return undefined;
    const { origin, env } = this.#settings;
    const { method, url, headers } = request;
    const { pathname, search } = new URL(url);
    try {
      const signed = await verifyRequest(
        { method, target: pathname + search, headers },
        { origin, now: env.now(), keyOf: (member) => signingKeysOf(logs, member, orFormer), later: await this.#later },
      );
      if (!route.streams) checkDigest(body, signed);
      return signed;
    } catch (error) {
      if (!KeysteadError.is(error) || error.code !== "INVALID_SIGNATURE") throw error;
      if (error.details["reason"] === "member") return undefined;
      throw refusalOf(401, error);
    }
  }

  /** @throws {@link Refusal} 403 unless the app allows it */
  async ask(exchange: Exchange, ask: AccessRequest): Promise<void> {
    if ((await this.#settings.authorize(ask, exchange.request)) !== true)
      throw new Refusal(403, "FORBIDDEN", `the app does not allow to ${ask.action}; sign in, or sign as a member`);
  }

  /** Whether another log may take the place of the subject's. */
  async mayReset({ request }: Exchange, subject: string): Promise<boolean> {
    return (await this.#settings.authorizeReset(subject, request)) === true;
  }
}
