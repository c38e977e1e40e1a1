// Reads 1 MB from the middle of 1 GB, of less, and from other places.

import { openRandomAccess, systemEnv } from "keystead";
import { compare } from "../support/measure.js";
import { nativeOpen } from "../support/native.js";
import { type Row, ratio } from "../support/row.js";
import { sparseContent } from "../support/sparse-content.js";

const MB = 1_000_000;
const CHUNK = 65_536;
const PLACES = { start: 0, middle: 0.5, end: 1 };

export const ranges: Row = {
  name: "ranges",
  title: "open 1 MB of sealed content, with its header and end",
  async *run({ quick, rounds }) {
    const works: Record<string, () => unknown> = {
      baseline: nativeOpen(new Uint8Array(CHUNK), Math.ceil(MB / CHUNK) + 1),
    };
    for (const size of quick ? [2, 1000] : [2, 100, 1000]) {
      const { source, keyring } = await sparseContent(size * MB, systemEnv());
      for (const [place, part] of Object.entries(PLACES)) {
        const offset = Math.floor((size - 1) * MB * part);
        works[`${place} of ${size.toLocaleString("en")} MB`] = async () => {
          const reader = await openRandomAccess(source, keyring);
          await reader.read(offset, MB);
          reader.wipe();
        };
      }
    }
    const times = await compare(works, rounds);
    const base = times["baseline"];
    yield { what: "node:crypto opens as many chunks (baseline)", value: base, unit: "ms", base };
    const smallest = times["middle of 2 MB"];
    for (const name of Object.keys(works).slice(1)) {
      const value = times[name];
      const target = name.endsWith("1,000 MB")
        ? { figure: ratio(value, smallest), atMost: 1.2, of: "× the middle of 2 MB (independent)" }
        : undefined;
      yield { what: `the ${name}`, value, unit: "ms", base, target };
    }
  },
};
