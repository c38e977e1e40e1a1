// What objects that hold secrets show in place of them: docs/spec.md section 5 (types that hold secrets).

/**
 * A class to extend: every conversion of an instance to text, also by JSON and by Node's `console.log`, gives `text` and none of the
 * secrets. Made by a function, because a method with a computed name would keep the class in every bundle.
 */
// @__NO_SIDE_EFFECTS__
export function redacted(text: string) {
  return class {
    toString(): string {
      return text;
    }

    toJSON(): string {
      return text;
    }

    [Symbol.toPrimitive](): string {
      return text;
    }

    /** What Node's `console.log` and `util.inspect` print. */
    [Symbol.for("nodejs.util.inspect.custom")](): string {
      return text;
    }
  };
}
