// What must be there because code before made sure of it. Not for what others send: that has errors that name a rule.

/** @throws Error for a mistake of this library: a cast would let it go on with `undefined` */
export function present<T>(value: T | undefined, what = "a value"): T {
  if (value !== undefined) return value;
  throw new Error(`internal error: ${what} is absent; please report this to the authors of keystead`);
}

/** The first item of a list that is not empty. */
export function firstOf<T>(list: { readonly at: (index: number) => T | undefined }): T {
  return present(list.at(0), "the first item");
}

/** The last item of a list that is not empty. */
export function lastOf<T>(list: { readonly length: number; readonly at: (index: number) => T | undefined }): T {
  return present(list.at(list.length - 1), "the last item");
}
