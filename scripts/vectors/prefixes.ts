// Logs with which several vectors begin, each written once: vectors/prefixes.

import type { LogState } from "../../src/log/state.js";
import { bare } from "./entries.js";
import { texts, type VectorFile } from "./format.js";

const files = new Map<string, VectorFile>();

/** The name of a log's file, by its head. Makes the file. Attachments are left out. */
export function prefixOf({
  log,
  entries,
}: {
  readonly log: LogState;
  readonly entries: readonly Uint8Array[];
}): string {
  const name = log.head.hash.slice(0, 16);
  const { kind, subject, head } = log;
  files.set(name, [`prefixes/${name}.json`, { subject, kind, head, entries: texts(entries.map(bare)) }]);
  return name;
}

/** The files that {@link prefixOf} made. */
export function prefixFiles(): readonly VectorFile[] {
  return [...files.values()];
}
