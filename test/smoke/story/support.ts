// What the story needs besides the package: it runs where there is no test runner.

import { type Env, KeysteadError } from "keystead";

/** @throws unless the condition holds */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** The code of a refusal, `opened` if there is none. @throws what is no refusal of Keystead */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "opened";
  } catch (error) {
    if (KeysteadError.is(error)) return error.code;
    throw error;
  }
}

export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Bytes with one of them changed, in the middle. */
export function changed(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at === bytes.length >> 1 ? byte ^ 1 : byte));
}

/** So many bytes, which do not repeat soon. */
export const numbered = (length: number): Uint8Array =>
  new Uint8Array(length).map((_, at) => (at * 7 + (at >> 8)) & 255);

/** @throws unless both have the same bytes */
export function sameBytes(got: Uint8Array, expected: Uint8Array, what: string): void {
  const isSame = got.length === expected.length && got.every((byte, at) => byte === expected[at]);
  expect(isSame, `${what} came back changed, as ${got.length} bytes`);
}

/** All that comes out of a stream when these bytes go in, in two pieces. */
export async function through(
  pair: { readonly writable: WritableStream<Uint8Array>; readonly readable: ReadableStream<Uint8Array> },
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const writer = pair.writable.getWriter();
  const pieces = [bytes.subarray(0, 100_000), bytes.subarray(100_000)];
  // Its failure shows at the reader too.
  const written = Promise.all([...pieces.map((piece) => writer.write(piece)), writer.close()]).catch(() => {});
  const parts: number[] = [];
  const reader = pair.readable.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    for (const byte of value ?? []) parts.push(byte);
  }
  await written;
  return new Uint8Array(parts);
}

/** A number that changes with any byte (FNV-1a): enough for comparing what runtimes made. */
export const checksumOf = (bytes: Uint8Array): string =>
  bytes.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193) >>> 0, 0x811c9dc5).toString(16);

/** Gives the same bytes and times in every runtime. Never in an app: everybody knows what it gives. */
export function seededEnv(): Env {
  let [state, time] = [1, 1_700_000_000_000];
  return {
    random: (length) =>
      new Uint8Array(length).map(() => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state >>> 24;
      }),
    now: () => {
      time += 1000;
      return time;
    },
  };
}
