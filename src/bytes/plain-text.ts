// Text that somebody else chose, made safe to show: a thief's device chooses its name. docs/spec.md section 8.

/** Format characters; first a joiner (U+200C, U+200D) with what it joins: Persian, Hindi and many emoji cannot be written without. */
const FORMAT = /([\p{L}\p{M}\p{S}][\u200c\u200d](?=[\p{L}\p{S}]))|\p{Cf}/gu;

/**
 * Text from elsewhere on one line: without control characters, which can rewrite a terminal, and without format characters,
 * which can turn the reading order around. Joiners stay where scripts need them.
 */
export function plainText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
    .replace(FORMAT, "$1")
    .trim();
}

/** Gives the same result for names that people cannot distinguish. */
export function alike(name: string): string {
  return name
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase();
}

/**
 * A typed character as the keys of a keyboard write it: its NFKC form, where that is one character. Input methods for Chinese, Japanese
 * and Korean write digits and letters in full width.
 */
export function foldTyped(char: string): string {
  const folded = char.normalize("NFKC");
  return [...folded].length === 1 ? folded : char;
}
