// Lines of text that fit on a page whose font nobody knows: widths are the largest that common fonts have. docs/spec.md section 9.

/** Widths of characters in ems: the first class that a character is in. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[\p{M}\p{Cf}]/u, 0],
  [/[ fijlrtIJ.,:;'|!()[\]/-]/u, 0.46],
  [/[mwMWQGO@%&+<=>~^#]/u, 1.08],
  [/[a-z0-9]/u, 0.65],
  [/[ -~]/u, 0.79],
  [/[\p{Extended_Pictographic}\p{RI}]/u, 1.4],
  [/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Arab}\p{sc=Hebr}]/u, 1.1],
];
/** All other scripts. */
const WIDEST = 2;
/** What a reader sees as one character; only flags can be cut in an unusual order. */
const CLUSTERS = /\p{RI}\p{RI}|\P{M}(?:[\p{M}\p{Emoji_Modifier}\u200c]|\u200d\P{M})*|\p{M}/gsu;

/** The width of a text in ems, or more. Some characters stand for a whole sentence: their parts are counted. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text.normalize("NFKC")) width += WIDTHS.find(([those]) => those.test(char))?.[1] ?? WIDEST;
  return width;
}

/** A text in lines of at most `width` ems: broken at spaces, and inside of a word that is longer than a line. */
export function linesOf(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  const add = (part: string): void => {
    if (line !== "" && widthOf(line + part) > width) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += line === "" ? part.trimStart() : part;
  };
  for (const word of text.match(/\s*\S+/g) ?? []) {
    if (widthOf(word.trimStart()) <= width) add(word);
    else for (const [cluster] of word.matchAll(CLUSTERS)) add(cluster);
  }
  return [...lines, line];
}

/** The largest size in which no text is wider than `width`, between two bounds. In the smaller one texts may need more lines. */
export function sizeFor(texts: readonly string[], width: number, largest: number, smallest: number): number {
  return Math.max(smallest, Math.min(largest, width / Math.max(...texts.map(widthOf), 1)));
}
