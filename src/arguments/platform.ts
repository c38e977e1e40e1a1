// Types of the platform that the declarations mention. Programs without DOM types and without Node's compile them too, so nothing is
// mentioned that only those declare: what the library takes is described by the part that it uses.

declare global {
  // Streams are given to other functions of the platform, so they have the platform's own type. Where it declares these, the empty
  // interfaces add nothing; where it does not, they are all there is.
  // biome-ignore lint/suspicious/noExplicitAny: all declarations of an interface have the same type parameters
  interface ReadableStream<R = any> {}
  // biome-ignore lint/suspicious/noExplicitAny: as above
  interface WritableStream<W = any> {}
}

/** An `AbortSignal`, as far as the library uses it. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  /** Throws the reason once aborted. */
  throwIfAborted(): void;
  /** Calls the listener when aborted. */
  addEventListener(type: "abort", listener: () => void): void;
  /** Takes a listener back. */
  removeEventListener(type: "abort", listener: () => void): void;
}

/** A `Blob` or `File`, as far as the library uses it. */
export interface BlobLike {
  readonly size: number;
  /** All bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** The bytes from `start` to `end`. */
  slice(start: number, end: number): Pick<BlobLike, "arrayBuffer">;
}
