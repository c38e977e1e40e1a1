// Schemas: each describes the one shape that a decoded value may have, and serves as its reader, writer and TypeScript type.
// Implements docs/spec.md section 4 (ENC-2: every field typed and length-checked, none unknown, named in the error).

import { KeysteadError } from "../errors.js";
import { type Bytes, isBytes, isWhole } from "./bytes.js";
import { type CborValue, type DecodeOptions, decodeCbor, encodeCbor } from "./cbor.js";
import { asId, fromHex, toHex, utf8Encode } from "./text.js";

/**
 * The shape of a T on the wire. `read` checks a decoded value; `write` checks a T, so that a plain JavaScript caller learns
 * which field is wrong. `path` says where the value stands, such as `link.body.grants[3].from`. Both throw KeysteadError
 * `INVALID_ENCODING` (ENC-2) with that path.
 */
export interface Schema<T> {
  read(value: CborValue, path: string): T;
  write(value: T, path: string): CborValue;
}

/** The type a schema reads and writes. */
export type Infer<S> = S extends Schema<infer T> ? T : never;

/** A field that may be absent from a {@link record}. */
export interface Optional<T> {
  readonly optional: Schema<T>;
}

type Fields = Readonly<Record<string, Schema<unknown> | Optional<unknown>>>;
type OptionalNames<F extends Fields> = { [K in keyof F]: F[K] extends Optional<unknown> ? K : never }[keyof F];
type FieldType<F> = F extends Optional<infer T> ? T : Infer<F>;
type RecordOf<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalNames<F>>]: FieldType<F[K]> } & {
  readonly [K in OptionalNames<F>]?: FieldType<F[K]>;
};
/** Shows the merged fields of an intersection as one object type in editors and errors. */
type Flat<T> = { [K in keyof T]: T[K] };

/** The encoding of `value`; `name` begins the path in errors. Throws `INVALID_ENCODING` naming the wrong field. */
export function encode<T>(schema: Schema<T>, value: T, name: string): Bytes {
  return encodeCbor(schema.write(value, name));
}

/** Decodes `bytes` under `schema`. Throws as decodeCbor does, and `INVALID_ENCODING` (ENC-2) naming the wrong field. */
export function decode<T>(schema: Schema<T>, bytes: Uint8Array, options: DecodeOptions): T {
  return schema.read(decodeCbor(bytes, options), options.name);
}

/** Bounds of an integer or a number of items, both included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** An integer from `min` (0) to `max` (2^53 - 1). */
export function uint({ min = 0, max = Number.MAX_SAFE_INTEGER }: Bounds = {}): Schema<number> {
  return checked((value, path) => {
    if (!isWhole(value, Number.MIN_SAFE_INTEGER)) throw wrong(path, "must be an integer");
    if (value < min || value > max) throw wrong(path, `must be from ${min} to ${max}`);
    return value;
  });
}

/** A byte string of exactly `length` bytes. */
export function bytes(length: number): Schema<Bytes> {
  return bytesUpTo(length, length);
}

/** A byte string of `min` to `max` bytes. */
export function bytesUpTo(max: number, min = 0): Schema<Bytes> {
  return checked((value, path) => {
    if (!isBytes(value)) throw wrong(path, "must be a byte string");
    checkLength(value.length, min, max, path, "bytes");
    // Read bytes are in memory that decodeCbor made, or that its caller made for it; written ones are copied.
    return value as Bytes;
  });
}

/** A well-formed text of `minBytes` to `maxUtf8Bytes` bytes in UTF-8. */
export function text(maxUtf8Bytes: number, minBytes = 0): Schema<string> {
  return checked((value, path) => {
    if (typeof value !== "string") throw wrong(path, "must be text");
    // UTF-8 is never shorter than UTF-16 code units, so a huge text is refused without encoding it.
    if (value.length > maxUtf8Bytes) throw wrong(path, `must have at most ${maxUtf8Bytes} bytes of UTF-8`);
    checkLength(utf8Encode(value, path).length, minBytes, maxUtf8Bytes, path, "bytes of UTF-8");
    return value;
  });
}

/** A boolean. */
export function bool(): Schema<boolean> {
  return checked((value, path) => {
    if (typeof value !== "boolean") throw wrong(path, "must be true or false");
    return value;
  });
}

/** Exactly the value `expected`. */
export function literal<const V extends string | number | boolean>(expected: V): Schema<V> {
  return checked((value, path) => {
    if (value !== expected) throw wrong(path, `must be ${JSON.stringify(expected)}`);
    return expected;
  });
}

/** One of the given strings. */
export function oneOf<const V extends string>(choices: readonly V[]): Schema<V> {
  return checked((value, path) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw wrong(path, `must be one of ${choices.join(", ")}`);
    return found;
  });
}

/** An array of `min` (0) to `max` items of one schema. */
export function array<T>(item: Schema<T>, { min = 0, max }: Bounds & { readonly max: number }): Schema<readonly T[]> {
  return {
    read(value, path) {
      const items = checkArray(value, min, max, path) as readonly CborValue[];
      const result: T[] = [];
      for (const each of items) result.push(item.read(each, `${path}[${result.length}]`));
      return result;
    },
    write(value, path) {
      const items = checkArray(value, min, max, path) as readonly T[];
      const result: CborValue[] = [];
      for (let i = 0; i < items.length; i++) result.push(item.write(items[i] as T, `${path}[${i}]`));
      return result;
    },
  };
}

/** An array with one item for each schema, in order. */
export function tuple<const S extends readonly Schema<unknown>[]>(
  ...items: S
): Schema<{ readonly [K in keyof S]: Infer<S[K]> }> {
  type Tuple = { readonly [K in keyof S]: Infer<S[K]> };
  return {
    read(value, path) {
      const values = checkArray(value, items.length, items.length, path) as readonly CborValue[];
      const result: unknown[] = [];
      for (const item of items) result.push(item.read(values[result.length] as CborValue, `${path}[${result.length}]`));
      return result as unknown as Tuple;
    },
    write(value, path) {
      const values = checkArray(value, items.length, items.length, path);
      return items.map((item, i) => item.write(values[i], `${path}[${i}]`));
    },
  };
}

/** Marks a field of a {@link record} that may be absent. */
export function optional<T>(schema: Schema<T>): Optional<T> {
  return { optional: schema };
}

/** A map with exactly the given fields. Optional ones may be absent; when writing, undefined counts as absent. */
export function record<const F extends Fields>(fields: F): Schema<Flat<RecordOf<F>>> {
  const plan = Object.entries(fields).map(([name, field]) => ({
    name,
    suffix: `.${name}`,
    required: !("optional" in field),
    schema: "optional" in field ? field.optional : field,
  }));
  const names = new Set(plan.map(({ name }) => name));

  function checkNames(given: Iterable<string>, path: string): void {
    for (const name of given) {
      // Quoted and shortened, because the author of the bytes chose this name.
      if (!names.has(name)) throw wrong(path, `has an unknown field ${JSON.stringify(name.slice(0, 40))}`);
    }
  }

  return {
    read(value, path) {
      if (!(value instanceof Map)) throw wrong(path, "must be a map");
      // Only names from the schema are assigned, so no name on the wire can reach a prototype.
      const result: Record<string, unknown> = {};
      let present = 0;
      for (const { name, suffix, required, schema } of plan) {
        const field: CborValue | undefined = value.get(name);
        if (field !== undefined) {
          result[name] = schema.read(field, path + suffix);
          present++;
        } else if (required) {
          throw wrong(path + suffix, "is missing");
        }
      }
      if (present !== value.size) checkNames(value.keys(), path);
      return result as Flat<RecordOf<F>>;
    },
    write(value, path) {
      if (typeof value !== "object" || value === null) throw wrong(path, "must be an object");
      // An unknown field would silently not be signed. It is refused, as on the wire.
      checkNames(Object.keys(value), path);
      const result = new Map<string, CborValue>();
      for (const { name, suffix, required, schema } of plan) {
        const field = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
        if (field !== undefined) result.set(name, schema.write(field, path + suffix));
        else if (required) throw wrong(path + suffix, "is missing");
      }
      return result;
    },
  };
}

/** A byte string of `length` bytes on the wire; lower-case hexadecimal in memory, such as an id. */
export function hexBytes<Brand extends string>(length: number): Schema<Brand> {
  const wire = bytes(length);
  return {
    read: (value, path) => asId<Brand>(toHex(wire.read(value, path))),
    write(value, path) {
      if (typeof value !== "string") throw wrong(path, "must be a string of hexadecimal digits");
      return fromHex(value, { name: path, length });
    },
  };
}

/**
 * A schema with two conversions: `to` makes the value in memory from the wire value, `from` does the reverse. They must be
 * inverse to each other, or decoding would accept several encodings of one value (ENC-2). An error that they throw becomes
 * `INVALID_ENCODING`, except a KeysteadError, which stays as it is.
 */
export function mapped<W, T>(schema: Schema<W>, to: (wire: W) => T, from: (value: T) => W): Schema<T> {
  return {
    read: (value, path) => converted(to, schema.read(value, path), path),
    write: (value, path) => schema.write(converted(from, value, path), path),
  };
}

function converted<A, B>(convert: (value: A) => B, value: A, path: string): B {
  try {
    return convert(value);
  } catch (cause) {
    if (cause instanceof KeysteadError) throw cause;
    throw wrong(path, "has a value of the wrong kind", cause);
  }
}

/** A schema of values that are the same in memory and on the wire, so one check serves both directions. */
function checked<T extends CborValue>(check: (value: unknown, path: string) => T): Schema<T> {
  return { read: check, write: check };
}

function checkArray(value: unknown, min: number, max: number, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(path, "must be an array");
  checkLength(value.length, min, max, path, "items");
  return value;
}

function checkLength(length: number, min: number, max: number, path: string, unit: string): void {
  if (length >= min && length <= max) return;
  throw wrong(path, `must have ${min === max ? min : `${min} to ${max}`} ${unit}, not ${length}`);
}

function wrong(path: string, problem: string, cause?: unknown): KeysteadError {
  return new KeysteadError("INVALID_ENCODING", `${path} ${problem}`, {
    rule: "ENC-2",
    details: { name: path },
    ...(cause === undefined ? {} : { cause }),
  });
}
