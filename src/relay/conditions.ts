// Conditions and ranges of a request (RFC 9110 sections 13 and 14).

/** A request, as far as it says what the reader has and wants. */
interface Conditional {
  readonly headers: { get(name: string): string | null };
}

/** Whether the reader has what this ETag stands for (If-None-Match). */
export function isUnchanged({ headers }: Conditional, etag: string): boolean {
  const has = headers.get("if-none-match");
  const opaque = (tag: string): string => tag.trim().replace(/^W\//, "");
  return (has?.split(",") ?? []).some((tag) => opaque(tag) === opaque(etag));
}

/**
 * The one range that is asked for, `to` not included; undefined for all bytes: there is no Range, it is of another form or of several
 * ranges, or If-Range names another ETag.
 *
 * @param size bytes that there are.
 */
export function rangeOf(
  { headers }: Conditional,
  etag: string,
  size: number,
): { readonly from: number; readonly to: number } | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(headers.get("range") ?? "") ?? [];
  if ((headers.get("if-range") ?? etag) !== etag || first + last === "") return undefined;
  if (first === "") return last.match(/^0+$/) ? "unsatisfiable" : { from: Math.max(0, size - Number(last)), to: size };
  if (last !== "" && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return "unsatisfiable";
  return { from: Number(first), to: last === "" ? size : Math.min(size, Number(last) + 1) };
}
