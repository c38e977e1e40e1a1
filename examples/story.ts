// The first run: tells Keystead's story with a file of yours, with real cryptography, and writes every byte to a folder.
//
//   npm run story -- [FILE] [--escrow] [--out FOLDER]
//
// With --escrow it tells the chapters about an organisation instead.

import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { KeysteadError } from "keystead";
import { tellStory } from "./story/chapters.js";
import { tellEscrowStory } from "./story/escrow-chapters.js";
import { Folder } from "./story/folder.js";

const USAGE = "usage: npm run story -- [FILE] [--escrow] [--out FOLDER]";
const MAX_BYTES = 256 * 1024 * 1024;

/** A mistake on the command line: what is wrong, and what to do. */
class UsageError extends Error {}

function readOptions(): { readonly file: string; readonly out: string; readonly escrow: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { out: { type: "string" }, escrow: { type: "boolean" } },
    });
    if (positionals.length > 1) throw new UsageError(`one file at a time, please; ${USAGE}`);
    const letter = new URL("./letter.txt", import.meta.url).pathname;
    return { file: positionals[0] ?? letter, out: values.out ?? "keystead-story", escrow: values.escrow ?? false };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`${(error as Error).message}; ${USAGE}`);
  }
}

function readFile(path: string): Uint8Array {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile())
    throw new UsageError(`${path} is not a file; name one to tell the story on, or none for a letter`);
  if (stat.size > MAX_BYTES)
    throw new UsageError(`${path} is larger than 256 MiB, which this version seals in memory only`);
  return new Uint8Array(readFileSync(path));
}

function openFolder(path: string): Folder {
  mkdirSync(path, { recursive: true });
  const foreign = readdirSync(path).find((name) => !Folder.isOurs(name));
  if (foreign !== undefined)
    throw new UsageError(`${path} holds other things (${foreign}); name an empty folder with --out`);
  return new Folder(path);
}

try {
  const { file, out, escrow } = readOptions();
  const bytes = readFile(file);
  const tell = escrow ? tellEscrowStory : tellStory;
  await tell({ bytes, name: basename(file), folder: openFolder(out), print: (line) => console.log(line) });
  console.log(`\nEvery entry, in order, is in ${join(out, "log")}; what was sealed is in ${join(out, "sealed")}.`);
} catch (error) {
  if (!(error instanceof UsageError || error instanceof KeysteadError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
