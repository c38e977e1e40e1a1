// Finds secrets in values: as bytes, hexadecimal, base64, lists of numbers, and the text of a backup key.

import { base64, base64urlnopad } from "@scure/base";
import { toHex } from "../../src/bytes/text.js";

/** So many characters in a row are no coincidence: 48 bits of hexadecimal or of a list of numbers, and more of base64. */
const TEXT_WINDOW = 12;
const LIST_WINDOW = 24;
/** Distance of the places at which texts are searched. It is enough, as every window of a secret is known. */
const STRIDE = 8;
/** For a long secret, its beginning and end. */
const ENDS = 48;
/** The characters of backup keys, each a number in memory. */
const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export class Traces {
  readonly #folded = new Set<string>();
  readonly #base64 = new Set<string>();
  readonly #lists = new Set<string>();

  constructor(secrets: Iterable<Uint8Array>, backupTexts: Iterable<string> = []) {
    for (const secret of secrets) {
      this.#addBytes(secret.subarray(0, ENDS));
      if (secret.length > ENDS) this.#addBytes(secret.subarray(-ENDS));
    }
    for (const text of backupTexts) {
      const folded = text.toLowerCase();
      const symbols = [...text.replaceAll("-", "")].map((sign) => SYMBOLS.indexOf(sign));
      addWindows(this.#lists, symbols.join(), LIST_WINDOW);
      for (const form of [folded, folded.replaceAll("-", "")]) addWindows(this.#folded, form, TEXT_WINDOW);
    }
  }

  /** Whether a part of a secret is in a text. */
  isIn(text: string): boolean {
    const folded = text.replace(/\s/g, "").toLowerCase();
    return (
      hasWindow(this.#folded, folded, TEXT_WINDOW) ||
      hasWindow(this.#base64, text, TEXT_WINDOW) ||
      // JSON writes bytes as {"0":1,"1":2}.
      hasWindow(this.#lists, folded.replace(/"\d+":/g, ""), LIST_WINDOW)
    );
  }

  #addBytes(bytes: Uint8Array): void {
    addWindows(this.#folded, toHex(bytes), TEXT_WINDOW);
    addWindows(this.#lists, [...bytes].join(), LIST_WINDOW);
    // Base64 has three forms, by the position at which a group begins. Its last character depends on what follows.
    for (const skipped of [0, 1, 2]) {
      for (const coder of [base64, base64urlnopad]) {
        addWindows(this.#base64, coder.encode(bytes.subarray(skipped)).replace(/.=*$/, ""), TEXT_WINDOW);
      }
    }
  }
}

function addWindows(set: Set<string>, text: string, length: number): void {
  for (let at = 0; at + length <= text.length; at++) set.add(text.slice(at, at + length));
}

function hasWindow(set: ReadonlySet<string>, text: string, length: number): boolean {
  for (let at = 0; at < text.length; at += STRIDE) if (set.has(text.slice(at, at + length))) return true;
  return false;
}

/** All texts that values give when they are walked through, printed, stringified or cloned; nothing for values seen before. */
export class Sayings {
  readonly #walked = new Set<unknown>();
  readonly #stringified = new Set<unknown>();

  of(value: unknown): string {
    const cloned = attempt(() => structuredClone(value));
    const stringified = attempt(() =>
      JSON.stringify(value, (_name, inner: unknown) => (isNew(this.#stringified, inner) ? inner : undefined)),
    );
    return [stringified, this.#walk(value), this.#walk(cloned)].join("\n");
  }

  #walk(value: unknown): string {
    if (typeof value !== "object" || value === null) return String(value);
    if (!isNew(this.#walked, value)) return "";
    if (value instanceof Uint8Array) return `${toHex(value)}\n${new TextDecoder("latin1").decode(value)}`;
    const isIterable = Symbol.iterator in value;
    const items = isIterable ? [...(value as Iterable<unknown>)] : [];
    const inner = [...items, ...fieldsOf(value)].map((item) => this.#walk(item));
    return [attempt(() => String(value)), ...inner].join("\n");
  }
}

/** Fields, including hidden ones, and the results of getters. */
function fieldsOf(value: object): readonly unknown[] {
  const getters: string[] = [];
  for (let type = Object.getPrototypeOf(value); type && type !== Object.prototype; type = Object.getPrototypeOf(type)) {
    const found = Object.entries(Object.getOwnPropertyDescriptors(type)).filter(([, { get }]) => get);
    getters.push(...found.map(([name]) => name));
  }
  const names = [...Reflect.ownKeys(value), ...getters];
  return names.map((name) => attempt(() => (value as Record<PropertyKey, unknown>)[name]));
}

function isNew(seen: Set<unknown>, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return !seen.has(value) && Boolean(seen.add(value));
}

/** The result of a call; undefined when it fails, as cloning a function does. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
