// Types of the platform that the declarations mention. Programs without the types of DOM and Node compile them too, so the
// declarations mention nothing that only those declare: they describe only the part of an argument that the library uses.

declare global {
  // Streams are given to other functions of the platform, so they have the platform's own type. If the platform declares these,
  // the empty interfaces add nothing; if it does not, the empty interfaces are the only declarations.
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
  /** Removes a listener. */
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
