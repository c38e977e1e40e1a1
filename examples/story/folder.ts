// The story's server: a folder. It stores every byte that it gets and gives it to anybody. Nothing in it is secret except the
// recovery sheets, which stand for paper in a drawer.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDERS = ["log", "sealed", "paper"];
const REPORT = "report.csv";

/** The folder for the story's bytes. */
export class Folder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    rmSync(join(path, REPORT), { force: true });
    for (const name of FOLDERS) {
      rmSync(join(path, name), { recursive: true, force: true });
      mkdirSync(join(path, name));
    }
  }

  /** Whether a name in the folder is one that the story writes. */
  static isOurs(name: string): boolean {
    return name === REPORT || FOLDERS.includes(name);
  }

  /** Opens a log: in a sub-folder of that name, when there are several. */
  openLog(name = ""): LogFolder {
    return new LogFolder(join(this.#path, "log", name));
  }

  /** Stores sealed content. */
  store(name: string, content: Uint8Array): void {
    this.#write("sealed", name, content);
  }

  /** Prints something on paper. */
  printOut(name: string, page: string): void {
    this.#write("paper", name, page);
  }

  /** Stores the organisation's report. @returns its path */
  storeReport(csv: string): string {
    this.#write("", REPORT, csv);
    return REPORT;
  }

  #write(folder: string, name: string, content: Uint8Array | string): void {
    writeFileSync(join(this.#path, folder, name), content);
  }
}

/** One log on the server. */
export class LogFolder {
  readonly #path: string;
  readonly #entries: Uint8Array[] = [];

  constructor(path: string) {
    this.#path = path;
    mkdirSync(path, { recursive: true });
  }

  /** Every entry that was published, in order. */
  get entries(): readonly Uint8Array[] {
    return this.#entries;
  }

  /** Stores an entry. Everybody can read it. */
  publish(entry: Uint8Array, what: string): void {
    this.#entries.push(entry);
    writeFileSync(join(this.#path, `${String(this.#entries.length).padStart(4, "0")}-${what}.entry`), entry);
  }
}
