// What every transport checks of its arguments, before anything is sent.

import { checkCount } from "../arguments/counts.js";
import { asArgument, checkFunction } from "../arguments/options.js";
import { checkWork } from "../arguments/work.js";
import { assertBytes, isBytes, isWhole } from "../bytes/bytes.js";
import { parseMemberId } from "../bytes/text.js";
import { checkLongWork } from "../content/long-work.js";
import { KeysteadError } from "../errors.js";
import { parseBlobId } from "./addresses.js";
import type {
  BlobOptions,
  BlobSource,
  ReadMessagesOptions,
  ReadOptions,
  RequestOptions,
  StoreBlobOptions,
} from "./transport.js";
import { MAX_MESSAGE_BYTES } from "./wire.js";

/** @throws `INVALID_ARGUMENT`, `INVALID_ENCODING`; the reason of the signal, when it is aborted already */
export function checkRequest(subject: unknown, options: RequestOptions): void {
  const { signer, signal } = checkWork(options, "listens");
  if (typeof subject !== "string" || subject === "") throw invalid("subject must be text, and not empty");
  if (signer !== undefined) {
    parseMemberId(signer?.member);
    checkFunction("options.signer.sign", signer.sign);
  }
  signal?.throwIfAborted();
}

/** @throws as {@link checkRequest} */
export function checkRead(subject: unknown, options: ReadOptions): void {
  checkRequest(subject, options);
  checkCount("options.after", options.after);
  if (options.attachments !== "all" && options.attachments !== "none")
    throw invalid('options.attachments must be "all" or "none"');
}

/** @throws as {@link checkRequest} */
export function checkPublish(subject: unknown, entry: unknown, options: RequestOptions): void {
  checkRequest(subject, options);
  assertBytes(entry, undefined, "entry");
}

/** @throws as {@link checkRequest} */
export function checkMessage(subject: unknown, to: unknown, message: unknown, options: RequestOptions): void {
  checkRequest(subject, options);
  parseMemberId(to);
  assertBytes(message, undefined, "message");
  if (message.length < 1 || message.length > MAX_MESSAGE_BYTES)
    throw invalid(`message must have 1 to ${MAX_MESSAGE_BYTES} bytes`);
}

/** @throws as {@link checkRequest} */
export function checkReadMessages(subject: unknown, options: ReadMessagesOptions): void {
  checkRequest(subject, options);
  checkCount("options.after", options.after);
}

/** @throws as {@link checkRequest} */
export function checkEvents(subjects: unknown, hint: unknown, options: RequestOptions, most: number): void {
  if (!Array.isArray(subjects) || subjects.length === 0 || subjects.length > most)
    throw invalid(`subjects must be a list of 1 to ${most} subjects`);
  for (const subject of subjects) checkRequest(subject, options);
  checkFunction("hint", hint);
}

/** @throws `INVALID_ARGUMENT`; the reason of the signal, when it is aborted already */
export function checkBlob(id: unknown, options: BlobOptions): BlobOptions {
  asArgument(() => parseBlobId(id));
  return checkLongWork(options);
}

/** @throws as {@link checkBlob} */
export function checkStoreBlob(id: unknown, content: Uint8Array | BlobSource, options: StoreBlobOptions): BlobOptions {
  const work = checkBlob(id, options);
  if (typeof options.owner !== "string" || options.owner === "") throw invalid("options.owner must be a subject");
  const { size, stream } = isBytes(content) ? { size: content.length, stream: undefined } : Object(content);
  if (!isWhole(size) || size === 0 || !(isBytes(content) || typeof stream === "function"))
    throw invalid("content must be bytes, a Blob, or { size, stream() }, and not empty");
  return work;
}

function invalid(message: string): KeysteadError {
  return new KeysteadError("INVALID_ARGUMENT", message);
}
