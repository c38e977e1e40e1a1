// The body of a request, in bounded memory.

import type { Bytes } from "../bytes/bytes.js";
import { concat } from "../bytes/bytes.js";
import { type BodyForm, CBOR } from "../transport/wire.js";
import { Refusal } from "./refusal.js";

/** @throws {@link Refusal} 413 as soon as a body is too large, whatever its header says; 415 */
export async function readRequest(request: Request, form: BodyForm | undefined): Promise<Bytes> {
  if (!form) return new Uint8Array();
  if (request.headers.get("content-type") !== CBOR)
    throw new Refusal(415, "CONTENT_TYPE", `the content type of the body must be ${CBOR}`);
  const { maxBytes } = form;
  const tooLarge = new Refusal(413, "TOO_LARGE", `the body may have at most ${maxBytes} bytes`, { rule: "ENC-3" });
  if (Number(request.headers.get("content-length")) > maxBytes) throw tooLarge;
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = await reader?.read();
    if (!chunk?.value) return concat(...chunks);
    chunks.push(chunk.value);
    length += chunk.value.length;
    if (length > maxBytes) {
      // The rest is not read.
      void reader?.cancel().catch(() => {});
      throw tooLarge;
    }
  }
}
