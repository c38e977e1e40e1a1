// Keeps the bytes of blobs in an S3-compatible store, by the package aws4fetch.

import { checkCount } from "../arguments/counts.js";
import { checkOptions } from "../arguments/options.js";
import { toHex } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import type { BlobStore } from "./blob-store.js";
import { streamOf } from "./stream.js";

/** Most bytes that such stores take in one piece: 5 GiB. */
const MAX_BYTES = 5 * 2 ** 30;

/** Options of {@link s3Blobs}. */
export interface S3BlobsOptions {
  /** The address of the bucket, such as `https://s3.eu-central-1.amazonaws.com/bucket`, and perhaps of a folder in it. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Default `auto`, which some stores take; others want their region's name. */
  readonly region?: string | undefined;
  /** Most bytes of a blob; default, and most, 5 GiB. */
  readonly maxBytes?: number | undefined;
}

/**
 * Keeps blobs as objects of an S3-compatible store. Which blobs there are stays in the database; the bytes go through the relay, with less
 * than 1 MiB of each in memory. The store checks the digest of what it gets. Needs the package `aws4fetch`, and a runtime whose `fetch` sends
 * a stream with a `Content-Length`: Node does.
 *
 * @throws `INVALID_ARGUMENT`. Functions of the store throw `STORE_UNAVAILABLE`, without the store's answer in the message
 */
export async function s3Blobs(options: S3BlobsOptions): Promise<BlobStore> {
  const { url, maxBytes, ...keys } = checkS3(options);
  const { AwsClient } = await import("aws4fetch");
  const client = new AwsClient({ ...keys, service: "s3" });
  const base = url.replace(/\/$/, "");

  /** One try: the body of a request can be read once. */
  async function send(method: string, key: string, statuses: readonly number[], init: RequestInit = {}) {
    let response: Response;
    try {
      response = await fetch(await client.sign(`${base}/${key}`, { ...init, method }));
    } catch (cause) {
      throw unavailable("was not reached", cause);
    }
    if (statuses.includes(response.status)) return response;
    await response.body?.cancel();
    throw unavailable(`answered with status ${response.status}`);
  }

  return {
    maxBytes,
    async write(key, bytes, { size, digest }) {
      let failure: { readonly error: unknown } | undefined;
      const body = streamOf(bytes, (error) => {
        failure = { error };
      });
      const headers = { "content-length": String(size), "x-amz-content-sha256": toHex(digest) };
      try {
        const response = await send("PUT", key, [200], { body: body as BodyInit, headers });
        await response.body?.cancel();
      } catch (error) {
        // What the sender of the blob did wrong, and not what fetch makes of it.
        throw failure ? failure.error : error;
      }
    },
    async *read(key, offset, length) {
      const range = `bytes=${offset}-${offset + length - 1}`;
      const { body } = await send("GET", key, [206], { headers: { range } });
      const reader = (body as ReadableStream<Uint8Array>).getReader();
      let left = length;
      try {
        for (;;) {
          const { value } = await reader.read();
          left -= value?.length ?? 0;
          // Other bytes than were announced to the reader would break the connection to it.
          if (left < 0 || (!value && left > 0)) throw unavailable("gave other bytes than were asked for");
          if (!value) return;
          yield value;
        }
      } catch (cause) {
        throw KeysteadError.is(cause) ? cause : unavailable("broke off", cause);
      } finally {
        await reader.cancel().catch(() => {});
      }
    },
    async delete(key) {
      await (await send("DELETE", key, [200, 204, 404])).body?.cancel();
    },
  };
}

/** @throws `INVALID_ARGUMENT` */
function checkS3(options: S3BlobsOptions) {
  const { url, accessKeyId, secretAccessKey, region = "auto", maxBytes = MAX_BYTES } = checkOptions(options);
  for (const [name, value] of Object.entries({ url, accessKeyId, secretAccessKey, region }))
    if (typeof value !== "string" || value === "") throw wrong(`${name} must be text`);
  if (!URL.canParse(url) || new URL(url).search + new URL(url).hash !== "")
    throw wrong("url must be the address of a bucket, such as https://s3.example/bucket");
  checkCount("options.maxBytes", maxBytes);
  if (maxBytes > MAX_BYTES) throw wrong(`maxBytes must be at most ${MAX_BYTES}`);
  return { url, accessKeyId, secretAccessKey, region, maxBytes };
}

function wrong(problem: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", `options.${problem}`);
}

function unavailable(problem: string, cause?: unknown): KeysteadError {
  return new KeysteadError("STORE_UNAVAILABLE", `the store of blobs ${problem}`, { cause });
}
