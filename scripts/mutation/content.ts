// Mutants of src/content that no test kills, one by one.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lines of code are quoted here.

import type { Explained } from "./explained.js";

const MESSAGE = "only what the error says to people";
const UNDEFINED = "a function that ends without a return gives undefined too";
const ID = "the name and the length are for errors, and ids of verified logs and keyrings have none";
const ENCODED = "the name begins the path in errors, and what was checked before encodes without one";
const ALWAYS_PADDED =
  "no padded length is a multiple of 65,528, so that padding always goes on behind the last full chunk";
const NAN =
  "there is nothing to compare with before the first and behind the last, and NaN is refused by no comparison";

export const CONTENT: readonly Explained[] = [
  {
    file: "src/content/chunk-cipher.ts",
    line: "} catch {",
    becomes: ["{}"],
    why: UNDEFINED,
  },
  {
    file: "src/content/format.ts",
    line: 'const length = typeof purpose === "string" ? utf8Encode(purpose, "options.purpose").length : 0;',
    becomes: ["true"],
    why: "what is no text is refused by utf8Encode, with the same code",
  },
  {
    file: "src/content/format.ts",
    line: '"content.header",',
    becomes: ['""'],
    why: ENCODED,
  },
  {
    file: "src/content/freshness.ts",
    line: 'if (named?.status === "ahead") {',
    becomes: ["named.status"],
    why: "for the types: verifyStatement says how the head stands wherever it is given a log",
  },
  {
    file: "src/content/input-stream.ts",
    line: "controller?.error(reason);",
    becomes: ["controller.error"],
    why: "for the types: a stream has its controller from the moment that it is there",
  },
  {
    file: "src/content/open.ts",
    line: "if (done) return { ...value, plaintext: length === plaintext.length ? plaintext : plaintext.slice(0, length) };",
    becomes: ["false"],
    why: "a copy of the same bytes",
  },
  {
    file: "src/content/open.ts",
    line: "if (left !== undefined && count !== undefined) makeRoom?.(Math.max(0, left - keep - count * TAG_LENGTH));",
    becomes: ["left !== undefined || count !== undefined", "makeRoom(Math.max(0, left - keep - count * TAG_LENGTH))"],
    why: "for the types: room is made where the length is known, and only there",
  },
  {
    file: "src/content/open.ts",
    line: "if (left !== undefined && count !== undefined) makeRoom?.(Math.max(0, left - keep - count * TAG_LENGTH));",
    becomes: ["true"],
    times: 3,
    why: "for the types: room is made where the length is known, and only there",
  },
  {
    file: "src/content/open.ts",
    line: "if (left !== undefined && count !== undefined) makeRoom?.(Math.max(0, left - keep - count * TAG_LENGTH));",
    becomes: ["left - keep + count * TAG_LENGTH", "left + keep", "count / TAG_LENGTH"],
    why: "more room than the content takes is cut off at the end",
  },
  {
    file: "src/content/open.ts",
    line: "const verified = transcript && verify?.(transcript, signature);",
    becomes: ["verify(transcript, signature)"],
    why: "for the types: there is a transcript where there is something to verify, and nowhere else",
  },
  {
    file: "src/content/padding.ts",
    line: "if (length <= SHORTEST) return SHORTEST;",
    becomes: ["length < SHORTEST"],
    why: "256 is its own padded length by the other way too",
  },
  {
    file: "src/content/pair.ts",
    line: "const onAbort = () => stop(outer?.reason);",
    becomes: ["outer.reason"],
    why: "for the types: nobody else calls it",
  },
  {
    file: "src/content/pair.ts",
    line: "if (inner.signal.aborted) return;",
    becomes: ["false"],
    why: "the streams and the result are settled by then, and what comes after changes nothing of them",
  },
  {
    file: "src/content/pair.ts",
    line: "outlet?.error(reason);",
    becomes: ["outlet.error"],
    why: "for the types: a stream has its controller from the moment that it is there",
  },
  {
    file: "src/content/payload-reader.ts",
    line: "if (padded && (size > data || paddedLength(size) !== data)) throw corruptChunk(index, count);",
    becomes: ["false"],
    why: "a short cut: no padded length is below its length",
  },
  {
    file: "src/content/payload.ts",
    line: 'const which = `chunk ${index}${count === undefined ? "" : ` of ${count}`}, counted from 0,`;',
    becomes: ["true", "false", "count !== undefined", '"Stryker was here!"'],
    why: MESSAGE,
  },
  {
    file: "src/content/payload.ts",
    line: 'const which = `chunk ${index}${count === undefined ? "" : ` of ${count}`}, counted from 0,`;',
    becomes: ["``"],
    times: 2,
    why: MESSAGE,
  },
  {
    file: "src/content/payload.ts",
    line: "for (let left = paddedLength(end) - start; left > 0; left -= ROOM) {",
    becomes: ["left >= 0"],
    why: ALWAYS_PADDED,
  },
  {
    file: "src/content/payload.ts",
    line: "yield { chunk: pad(content, Math.min(left, ROOM), end), end, isLast: left <= ROOM };",
    becomes: ["left < ROOM"],
    why: ALWAYS_PADDED,
  },
  {
    file: "src/content/random-access-source.ts",
    line: 'const { size } = typeof source === "object" && source !== null ? source : { size: undefined };',
    becomes: ["{}"],
    why: "what an object does not have reads as undefined",
  },
  {
    file: "src/content/recipient-list.ts",
    line: 'const id = (hex: string) => fromHex(hex, { name: "recipient", length: ID_LENGTH });',
    becomes: ["{}", '""'],
    why: ID,
  },
  {
    file: "src/content/recipient-list.ts",
    line: 'const wanted = fromHex(log, { name: "log id", length: ID_LENGTH });',
    becomes: ["{}", '""'],
    why: ID,
  },
  {
    file: "src/content/recipient-list.ts",
    line: "let [low, high] = [0, list.length / RECIPIENT_LENGTH];",
    becomes: ["list.length * RECIPIENT_LENGTH"],
    why: "behind the end of the list nothing is less, so that the search comes back from there, in a few steps more",
  },
  {
    file: "src/content/recipient-list.ts",
    line: "if (order < 0) low = middle + 1;",
    becomes: ["order <= 0"],
    why: "it is not zero",
  },
  {
    file: "src/content/recipient-list.ts",
    line: "for (let index = 0; index < count; index++) {",
    becomes: ["index <= count"],
    why: NAN,
  },
  {
    file: "src/content/recipient-list.ts",
    line: "if (index > 0 && compareIds(list, at - RECIPIENT_LENGTH, list, at) >= 0)",
    becomes: ["true", "index >= 0"],
    why: NAN,
  },
  {
    file: "src/content/recipients.ts",
    line: "const message = `log ${id} is among the recipients twice; name each log once`;",
    becomes: ["``"],
    why: MESSAGE,
  },
  {
    file: "src/content/seal.ts",
    line: "if (++turn % CHUNKS_A_TURN === 0) await nextTurn();",
    becomes: ["--turn"],
    why: "it counts down to multiples of the same number",
  },
  {
    file: "src/content/seal.ts",
    line: "if (transcript && job.signer) yield [new Uint8Array(transcript.sign(job.signer.keys))];",
    becomes: ["transcript || job.signer"],
    why: "for the types: there is a transcript where there is a signer, and nowhere else",
  },
  {
    file: "src/content/sender.ts",
    line: 'sender: { status: "unchecked", claimed },',
    becomes: ["{}", '""'],
    why: "for the types: where there is something to verify, what verify gives is the answer",
  },
  {
    file: "src/content/sender.ts",
    line: "const known = log.links.at(head.seq - 1)?.hash;",
    becomes: ["log.links.at(head.seq - 1).hash"],
    why: "for the types: a head beyond the end of the log was refused before",
  },
];
