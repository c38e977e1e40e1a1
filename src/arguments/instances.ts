// Instances of the library's classes, and what callers give in their place: a Proxy, a copy, a clone, or an instance of another
// copy of the library. Each of these lacks the private fields that the library works with; the error says which of these it is,
// and what to do.

import { KeysteadError } from "../errors.js";

/** The version of this copy of the library. A test compares it with package.json. */
const VERSION = "0.1.0";

/** Names the class of an instance. Registered, so that every copy of the library reads it; a Proxy passes it on. */
const CLASS = /* @__PURE__ */ Symbol.for("keystead.class");
/** Names the copy of the library that made an instance. */
const COPY = /* @__PURE__ */ Symbol.for("keystead.copy");
/** This copy. Not registered: another copy of the same version has another one. */
const THIS_COPY = /* @__PURE__ */ Symbol(`keystead ${VERSION}`);

/** A class whose instances callers hold. */
export interface HeldClass {
  readonly name: string;
  /** Where instances come from. */
  readonly from: string;
  /** Some of its fields. They identify a copy that has lost everything else. */
  readonly fields: readonly string[];
  /** What to do instead of cloning one. */
  readonly instead: string;
}

// One constant for each, so that an app's bundle has those of the classes in it.

export const LOG_STATE: HeldClass = {
  name: "LogState",
  from: "createLog, verifyLog or appendEntry",
  fields: ["kind", "subject", "head", "epochs", "active", "links"],
  instead: "store and send the log's entries, and verify them there",
};

export const KEYRING: HeldClass = {
  name: "Keyring",
  from: "an accepted proposal, openBackupKey or parseKeyring",
  fields: ["log", "member"],
  instead: "store the bytes that unsafeSerializeKeyring gives, and read them with parseKeyring",
};

export const PROPOSAL: HeldClass = {
  name: "Proposal",
  from: "a function that writes a link",
  fields: ["entry", "head"],
  instead: "send its entry, and store the bytes of unsafeSerializeProposal",
};

export const BACKUP_PAPER: HeldClass = {
  name: "BackupPaper",
  from: "an accepted proposal of createBackupKey",
  fields: ["log", "member"],
  instead: "reveal it where it was made",
};

export const CONTENT_READER: HeldClass = {
  name: "ContentReader",
  from: "openRandomAccess",
  fields: ["sender", "named", "size"],
  instead: "open the content again there",
};

export const OPERATOR_KEYS: HeldClass = {
  name: "OperatorKeys",
  from: "new OperatorKeys(seed)",
  fields: ["signingKey"],
  instead: "keep its seed, and make it anew from that",
};

export const STATEMENT_KEYS: HeldClass = {
  name: "StatementKeys",
  from: "new StatementKeys(seed)",
  fields: ["signingKey"],
  instead: "keep its seed, and make it anew from that",
};

export const FINGERPRINT: HeldClass = {
  name: "Fingerprint",
  from: "fingerprintOf",
  fields: ["head", "hex"],
  instead: "send its head, and make it anew with fingerprintOf",
};

/** What the caller gave in place of an instance. */
export type LooksLike = "proxy" | "other-copy" | "spread" | "clone" | "text" | "state" | "other-class";

/**
 * Marks a new instance as one of its class and freezes it, as the last step of its constructor.
 *
 * Freezing also keeps Vue from wrapping it in a Proxy: Vue does not wrap objects that cannot be extended. MobX and Immer do not
 * wrap instances of classes.
 */
export function finishInstance(instance: object, { name }: HeldClass): void {
  // Not enumerable: a spread copy does not have them, and nothing prints them.
  Object.defineProperties(instance, { [CLASS]: { value: name }, [COPY]: { value: THIS_COPY } });
  Object.freeze(instance);
}

/**
 * The same for an instance that holds secrets: cloning it throws, and Node's `console.log` and `util.inspect` print what its
 * `toString` gives. A class with a method of that symbol's name would be in every bundle: the name is computed at load.
 *
 * A structured clone of an instance is a plain object without its private fields: it would look like a keyring, in IndexedDB for
 * instance, and the secrets would be lost. `structuredClone` throws at an enumerable property that holds a symbol, and its error
 * shows the symbol's text. JSON leaves such a property out.
 */
export function finishSecretInstance(instance: object, held: HeldClass): void {
  const uncloneable = Symbol.for(`a ${held.name} holds secrets, which a clone would lose: ${held.instead}. It`);
  Object.defineProperties(instance, {
    uncloneable: { value: uncloneable, enumerable: true },
    [Symbol.for("nodejs.util.inspect.custom")]: { value: () => `${instance}` },
  });
  finishInstance(instance, held);
}

/** The error for a value that is no instance of a class. @param argument the name of the argument */
export function wrongInstance(argument: string, held: HeldClass, value: unknown): KeysteadError {
  const looksLike = recognise(held, value);
  const said = looksLike === undefined ? "" : `; ${hintOf(looksLike, held, value)}`;
  return new KeysteadError("INVALID_ARGUMENT", `${argument} must be a ${held.name} from ${held.from}${said}`, {
    details: { name: argument, ...(looksLike && { looksLike }) },
  });
}

/**
 * Whether a value looks like an instance of a class but is none, for arguments that also accept something else, such as a head.
 */
export function isDisguised(held: HeldClass, value: unknown): boolean {
  const looksLike = recognise(held, value);
  return looksLike !== undefined && looksLike !== "other-class" && looksLike !== "state";
}

function recognise({ name, fields }: HeldClass, value: unknown): LooksLike | undefined {
  try {
    if (value === `${name} [secret]`) return "text";
    if (typeof value !== "object" || value === null) return undefined;
    const given = classOf(value);
    if (given !== undefined && given !== name) return "other-class";
    // A Proxy passes on the properties of its target, but lacks the private fields.
    if (given === name) return (value as Marked)[COPY] === THIS_COPY ? "proxy" : "other-copy";
    if (name === LOG_STATE.name && classOf(Object(value).log) === name) return "state";
    if (!fields.every((field) => Object.hasOwn(value, field))) return undefined;
    return Object.values(value).some(isNotCloned) ? "spread" : "clone";
  } catch {
    // A getter or a Proxy of the caller's threw.
    return undefined;
  }
}

interface Marked {
  readonly [CLASS]?: unknown;
  readonly [COPY]?: unknown;
}

function classOf(value: unknown): string | undefined {
  const name = Object(value)[CLASS];
  return typeof name === "string" ? name : undefined;
}

/** Whether no structured clone can hold this value: a symbol, a frozen object, or an instance of a class of this library. */
function isNotCloned(value: unknown): boolean {
  if (typeof value === "symbol") return true;
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  const plain: readonly unknown[] = [Object.prototype, Array.prototype, Map.prototype, Set.prototype];
  return Object.isFrozen(value) || !plain.includes(Object.getPrototypeOf(value));
}

function hintOf(looksLike: LooksLike, { instead }: HeldClass, value: unknown): string {
  switch (looksLike) {
    case "proxy":
      return "this is a Proxy around one; give the object itself, and keep it where nothing wraps it: in shallowRef or with markRaw (Vue), in observable.ref or observableRef (MobX)";
    case "other-copy":
      return `this one is of another copy of the library (${describe((value as Marked)[COPY])}; this is ${describe(THIS_COPY)}); let the whole program use one copy: see \`npm ls keystead\`, and whether it is bundled twice`;
    case "spread":
      return "this is a copy of its fields, made by spreading or Object.assign; give the object itself";
    case "clone":
      return `this looks like a clone of one (structuredClone, postMessage, IndexedDB or JSON), and cannot be trusted; ${instead}`;
    case "text":
      return `this is the text that one prints in place of its secrets, in JSON for instance; ${instead}`;
    case "state":
      return "this looks like a state; give its log";
    case "other-class":
      return `this is a ${classOf(value)}`;
  }
}

function describe(copy: unknown): string {
  return typeof copy === "symbol" ? (copy.description ?? "unknown") : "unknown";
}
