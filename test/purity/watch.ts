// The main entry with every call watched: the call, its results, and whether it changed its arguments. When a story calls a
// function for the first time, the function is first called with each argument missing, and then broken, so that it also fails.
// docs/spec.md section 5.

import { Keyring, partsOf } from "../../src/keys/keyring.js";
import { snapshot } from "../support/refusal.js";
import * as core from "./entries.js";

/** A value that left the core: its source, such as `review`, `Keyring.exportKey` or `review throws`, and the value. */
export interface Shown {
  readonly from: string;
  readonly value: unknown;
}

type Call = (...args: unknown[]) => unknown;
type Method<O, N extends keyof O> = Extract<O[N], (...args: never[]) => unknown>;

/** The clock for views. The core reads only its Env's clock. */
export const NOW = 1_800_000_000_000;

export class Watch {
  readonly core: typeof core;
  readonly env: core.Env;
  /** Exports and methods that were called. */
  readonly told = new Set<string>();
  /** Calls that changed an argument. None may: no argument is given to be wiped, and an Env has no visible state. */
  readonly changed = new Set<string>();
  readonly #onShown: (shown: Shown) => void;
  readonly #later: (() => unknown)[] = [];

  constructor(env: core.Env, onShown: (shown: Shown) => void = () => undefined) {
    this.env = env;
    this.#onShown = onShown;
    const watched = Object.entries(core).map(([name, it]) => {
      if (typeof it !== "function") return [name, it];
      const make: Call = (...args) => Reflect.construct(it, args);
      if (!/^[A-Z]/.test(name)) return [name, (...args: unknown[]) => this.#tell(name, it as Call, args)];
      return [name, new Proxy(it, { construct: (_, args) => this.#tell(name, make, args) as object })];
    });
    this.core = Object.fromEntries(watched);
  }

  /** Calls a method of a value that an export gave. */
  method<O extends object, N extends keyof O & string>(
    object: O,
    name: N,
    ...args: Parameters<Method<O, N>>
  ): ReturnType<Method<O, N>> {
    const call: Call = (...given) => (object[name] as Call).apply(object, given);
    const from = `${object.constructor.name}.${name}`;
    return this.#tell(from, call, args) as ReturnType<Method<O, N>>;
  }

  show<T>(from: string, value: T): T {
    if (from === "openSigned" || from === "openWithDetails") {
      const { plaintext, ...rest } = Object(value);
      this.#onShown({ from: `${from}.plaintext`, value: plaintext });
      this.#onShown({ from, value: rest });
    } else this.#onShown({ from, value });
    return value;
  }

  /** Refusals that the story expects. */
  async refused(call: () => unknown): Promise<unknown> {
    try {
      await call();
    } catch (error) {
      return error;
    }
    throw new Error("the story expected a refusal");
  }

  /** Waits for calls that still run. */
  async done(): Promise<void> {
    for (const later of this.#later) await later();
  }

  #tell(name: string, call: Call, args: unknown[]): unknown {
    // Calls of an async function run one after the other, so that the order of results does not depend on speed.
    let failures: Promise<unknown> | undefined;
    for (const bad of this.told.has(name) ? [] : badly(args)) {
      const attempt = () => this.#attempt(name, call, bad);
      failures = failures ? failures.then(attempt) : attempt();
    }
    this.told.add(name);
    return failures ? failures.then(() => this.#watched(name, call, args)) : this.#watched(name, call, args);
  }

  /** Results are shown, and not passed on. */
  #attempt(name: string, call: Call, args: unknown[]): Promise<unknown> | undefined {
    try {
      const result = this.#watched(name, call, args);
      if (result instanceof Promise) return result.catch(() => undefined);
      if (isGenerator(result))
        this.#later.push(() => result.next().catch((error) => this.show(`${name} throws`, error)));
    } catch {
      // Shown already.
    }
    return undefined;
  }

  #watched(name: string, call: Call, args: unknown[]): unknown {
    const before = snapshot(args, reveal);
    const check = () => {
      if (snapshot(args, reveal) !== before) this.changed.add(name);
    };
    const failed = (error: unknown): never => {
      check();
      throw this.show(`${name} throws`, error);
    };
    const gave = (value: unknown) => {
      check();
      return this.show(name, value);
    };
    let result: unknown;
    try {
      result = call(...args);
    } catch (error) {
      return failed(error);
    }
    if (result instanceof Promise) return result.then(gave, failed);
    // Both use their arguments while they run.
    if (isGenerator(result) || isStreamPair(result)) this.#later.push(check);
    return gave(result);
  }
}

/** The arguments with each of them missing, and with each of them broken. */
function badly(args: readonly unknown[]): readonly unknown[][] {
  const withBad = (at: number, bad: unknown) => args.map((arg, index) => (index === at ? bad : arg));
  return args.flatMap((arg, at) => [withBad(at, undefined), withBad(at, broken(arg))]);
}

function broken(value: unknown): unknown {
  if (typeof value === "number") return -1;
  if (typeof value === "string") return [...value].reverse().join("");
  if (value instanceof Uint8Array) return value.map((byte, at) => (at === value.length >> 1 ? byte ^ 1 : byte));
  if (Array.isArray(value)) return value.map(broken);
  if (typeof value !== "object" || value === null || value.constructor !== Object) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, broken(inner)]));
}

function isGenerator(value: unknown): value is AsyncGenerator {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value && "next" in value;
}

function isStreamPair(value: unknown): value is core.StreamPair {
  return typeof value === "object" && value !== null && "writable" in value;
}

/** The observable state of arguments that do not print it. */
function reveal(value: unknown): unknown {
  if (value instanceof core.ReportTotals) return [value.users, value.statuses, value.closable, value.todo];
  if (!Keyring.is(value)) return undefined;
  try {
    const { log, member, keys, seeds, junk } = partsOf(value);
    return [log, member, keys.signingKey, [...seeds].map(([epoch, seed]) => [epoch, seed.bytes()]), junk];
  } catch (wiped) {
    return String(wiped);
  }
}
