// Text that somebody else chose, made safe to show: a thief's device chooses its name. docs/spec.md section 8.

/**
 * Text from elsewhere on one line: without control characters, which can rewrite a terminal, and without format characters,
 * which can turn the reading order around.
 */
export function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .trim();
}

/** Gives the same result for names that people cannot distinguish. */
export function alike(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}
