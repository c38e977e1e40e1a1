// The story's server: a folder. It stores what it is given and gives it to anybody; nothing in it is secret but the recovery
// sheet, which stands for the paper in Alice's drawer.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OURS = ["log", "sealed", "paper"];

/** Where the story's bytes go. */
export class Folder {
  readonly #path: string;
  readonly #entries: Uint8Array[] = [];

  constructor(path: string) {
    this.#path = path;
    for (const name of OURS) {
      rmSync(join(path, name), { recursive: true, force: true });
      mkdirSync(join(path, name));
    }
  }

  /** Whether a name in the folder is one that the story writes. */
  static isOurs(name: string): boolean {
    return OURS.includes(name);
  }

  /** Every entry that was published, in order. */
  get entries(): readonly Uint8Array[] {
    return this.#entries;
  }

  /** Stores an entry for everybody. */
  publish(entry: Uint8Array, what: string): void {
    this.#entries.push(entry);
    this.#write("log", `${String(this.#entries.length).padStart(4, "0")}-${what}.entry`, entry);
  }

  /** Stores sealed content. */
  store(name: string, content: Uint8Array): void {
    this.#write("sealed", name, content);
  }

  /** Prints something on paper. */
  printOut(name: string, page: string): void {
    this.#write("paper", name, page);
  }

  #write(folder: string, name: string, content: Uint8Array | string): void {
    writeFileSync(join(this.#path, folder, name), content);
  }
}
