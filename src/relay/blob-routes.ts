// The routes of blobs: who may store, read and delete sealed content, and which bytes of it are read.

import { equalBytes } from "../bytes/bytes.js";
import { fromHex, toHex } from "../bytes/text.js";
import { isConfirmed, type LogState } from "../log/state.js";
import { PARAMETERS } from "../transport/addresses.js";
import { readDigest, type SignedRequest } from "../transport/verify-request.js";
import { OCTETS } from "../transport/wire.js";
import { type BlobRecord, Blobs } from "./blobs.js";
import { checkType, expectBody } from "./body.js";
import { isUnchanged, rangeOf } from "./conditions.js";
import type { Logs } from "./logs.js";
import type { RelaySettings } from "./options.js";
import type { Exchange, Proofs } from "./proofs.js";
import { noBlob, noLog, Refusal, wellFormed } from "./refusal.js";
import { STATEMENTS } from "./statements.js";

export class BlobRoutes {
  readonly #settings: RelaySettings;
  readonly #logs: Logs;
  readonly #proofs: Proofs;
  readonly #blobs: Blobs;

  constructor(settings: RelaySettings, logs: Logs, proofs: Proofs) {
    this.#settings = settings;
    this.#logs = logs;
    this.#proofs = proofs;
    this.#blobs = new Blobs(settings);
  }

  /** A member's signature does not allow it alone: the app knows how much its users may store. */
  async store(exchange: Exchange): Promise<Response> {
    const { request, query } = exchange;
    const { owner, size } = query;
    const id = idOf(exchange);
    checkType(request, OCTETS);
    const { maxBytes } = this.#settings.blobs;
    if (size > maxBytes) throw new Refusal(413, "TOO_LARGE", `a blob may have at most ${maxBytes} bytes`);
    const digest = readDigest(request);
    if (!digest) throw new Refusal(400, "INVALID_ENCODING", "Content-Digest must be one sha-256 of the body");
    const state = await this.#logOf(owner);
    const member = state && (await this.#member(exchange, state))?.member;
    await this.#proofs.ask(exchange, { action: "storeBlob", subject: owner, blob: id, size, member });
    if (!state) throw noLog();
    const isSame = (standing: BlobRecord | undefined): boolean =>
      standing?.owner === owner && standing.size === size && equalBytes(standing.digest, digest);
    let standing = await this.#blobs.find(id);
    if (!standing) {
      const body = expectBody(request, { size, digest }, this.#settings.env);
      try {
        if (await this.#blobs.store({ id, owner, size, digest }, body.bytes))
          return new Response(null, { status: 201 });
      } finally {
        body.end();
      }
      standing = await this.#blobs.find(id);
    }
    if (isSame(standing)) return new Response(null);
    throw new Refusal(409, "BLOB_EXISTS", "another blob has this id; draw another id");
  }

  async read(exchange: Exchange): Promise<Response> {
    const blob = await this.#found(exchange);
    const { owner, id, size, digest } = blob;
    const state = await this.#logOf(owner);
    if (!state || !(await this.#member(exchange, state)))
      await this.#proofs.ask(exchange, { action: "readBlob", subject: owner, blob: id });
    const etag = `"${toHex(digest)}"`;
    // A reader asks each time: a member that was removed since gets no more.
    const headers = { "content-type": OCTETS, etag, "accept-ranges": "bytes", "cache-control": "private, no-cache" };
    if (isUnchanged(exchange.request, etag)) return new Response(null, { status: 304, headers });
    const range = rangeOf(exchange.request, etag, size);
    if (range === "unsatisfiable") {
      const response = new Refusal(416, "RANGE", `the blob has ${size} bytes`).response();
      response.headers.set("content-range", `bytes */${size}`);
      return response;
    }
    const { from, to } = range ?? { from: 0, to: size };
    return new Response(this.#blobs.read(blob, from, to - from), {
      status: range ? 206 : 200,
      headers: {
        ...headers,
        "content-length": String(to - from),
        ...(range && { "content-range": `bytes ${from}-${to - 1}/${size}` }),
      },
    });
  }

  /** A deletion is done once: otherwise a recorded request, sent again, would delete what was stored under the id since. */
  async delete(exchange: Exchange): Promise<Response> {
    const blob = await this.#found(exchange);
    const { owner, id } = blob;
    const state = await this.#logOf(owner);
    const signed = state && (await this.#member(exchange, state));
    // Somebody who joined with a stolen password deletes nothing.
    const author = signed && state?.active.get(signed.member);
    if (!state || !author || !isConfirmed(state, author))
      await this.#proofs.ask(exchange, { action: "deleteBlob", subject: owner, blob: id, member: signed?.member });
    if (signed) await this.#useNonce(signed);
    if (!(await this.#blobs.delete(blob))) throw noBlob();
    return new Response(null, { status: 204 });
  }

  /** @throws {@link Refusal} 401 */
  async #useNonce({ member, nonce, forget }: SignedRequest): Promise<void> {
    const { sql, env } = this.#settings;
    const row = fromHex(member, { name: "member id" });
    await sql.query(STATEMENTS.forgetNonces, [row, env.now()]);
    const fresh = await sql.query(STATEMENTS.useNonce, [row, new TextEncoder().encode(nonce), forget]);
    if (fresh.length === 0) throw new Refusal(401, "REPLAYED", "this request was received before; sign another one");
  }

  async #found(exchange: Exchange): Promise<BlobRecord> {
    const blob = await this.#blobs.find(idOf(exchange));
    if (!blob) throw noBlob();
    return blob;
  }

  async #logOf(subject: string): Promise<LogState | undefined> {
    const log = await this.#logs.logOf(subject);
    return log && (await this.#logs.newestState(log));
  }

  /**
   * The active member that signed, if one did.
   *
   * @throws {@link Refusal} 401; 403 for a removed member, whatever the app's sign-in says: its owner removed it
   */
  async #member(exchange: Exchange, state: LogState): Promise<SignedRequest | undefined> {
    const signed = await this.#proofs.signed(exchange, [state], false);
    if (!signed && (await this.#proofs.signed(exchange, [state], true)))
      throw new Refusal(403, "FORBIDDEN", "this device was removed; blobs are for active members");
    return signed;
  }
}

function idOf({ values }: Exchange): string {
  return wellFormed(() => PARAMETERS.blob.read(values["blob"]));
}
