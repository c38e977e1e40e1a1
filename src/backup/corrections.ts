// The differences between a person's text and the backup key on the paper, character by character.
// docs/spec.md section 9 (BAK-1).

import { CODE_LENGTH, GROUP_LENGTH, placeOf, type ReadSymbols, symbolChar } from "./alphabet.js";

/**
 * One difference between the text that was read and the paper. `read` and `meant` are characters of a working backup key:
 * **as secret as the key**. Show them to its owner; never log, store or send them.
 */
export interface Correction {
  /** `wrong`: another character; `unreadable`: a `?`; `swapped`: two neighbours; `missing` and `extra`: one too few or many. */
  readonly kind: "wrong" | "unreadable" | "swapped" | "missing" | "extra";
  /**
   * Character on the paper, 1 to 36; the first of the two that were swapped. For `extra`, the character before which it was
   * typed, 37 for the end.
   */
  readonly position: number;
  /** Group on the paper, 1 to 9 (of position 37: 9). */
  readonly group: number;
  /** What was read: one character, two for `swapped`, none for `missing`, `?` for `unreadable`. */
  readonly read: string;
  /** What is meant: one character, two for `swapped`, none for `extra`. */
  readonly meant: string;
}

/** A text as 36 symbols: unchanged, with a gap where a symbol may be missing, or without a symbol that may be extra. */
export interface Reading {
  readonly symbols: ReadSymbols;
  /** The change that made it 36 symbols, the symbol before which it was made, and the extra symbol if there was one. */
  readonly shift?: { readonly kind: "missing" | "extra"; readonly at: number; readonly dropped: ReadSymbols };
}

/** All readings of 35, 36 or 37 symbols; none of any other number. */
export function readingsOf(typed: ReadSymbols): readonly Reading[] {
  switch (typed.length - CODE_LENGTH) {
    case -1:
      return Array.from({ length: CODE_LENGTH }, (_, at) => ({
        symbols: [...typed.slice(0, at), undefined, ...typed.slice(at)],
        shift: { kind: "missing", at, dropped: [] },
      }));
    case 0:
      return [{ symbols: typed }];
    case 1:
      return typed.map((symbol, at) => ({
        symbols: [...typed.slice(0, at), ...typed.slice(at + 1)],
        shift: { kind: "extra", at, dropped: [symbol] },
      }));
    default:
      return [];
  }
}

/**
 * The differences between a reading and the meant symbols (36; undefined: unknown, agrees with all), in the order of the paper.
 */
export function compare({ symbols, shift }: Reading, meant: ReadSymbols): Correction[] {
  const corrections: Correction[] = [];
  const add = (kind: Correction["kind"], at: number, read: ReadSymbols, right: ReadSymbols) => {
    const group = Math.min(placeOf(at + 1).group, CODE_LENGTH / GROUP_LENGTH);
    const text = (of: ReadSymbols) => of.map(symbolChar).join("");
    corrections.push({ kind, position: at + 1, group, read: text(read), meant: text(right) });
  };
  for (let at = 0; at <= CODE_LENGTH; at++) {
    const [read, nextRead] = [symbols[at], symbols[at + 1]];
    const [right, nextRight] = [meant[at], meant[at + 1]];
    if (shift?.at === at) add(shift.kind, at, shift.dropped, shift.kind === "missing" ? [right] : []);
    if (right === undefined || read === right || (shift?.kind === "missing" && shift.at === at)) continue;
    if (read === undefined) {
      add("unreadable", at, [read], [right]);
    } else if (read === nextRight && nextRead === right && shift?.at !== at + 1) {
      add("swapped", at, [read, nextRead], [right, nextRight]);
      at++;
    } else {
      add("wrong", at, [read], [right]);
    }
  }
  return corrections;
}
