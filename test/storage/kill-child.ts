// Commits for ever, and prints each revision once it is on the disk. The parent kills it.

import { writeSync } from "node:fs";
import { fileStore } from "../../src/storage/file.js";
import { changeTo } from "./kill-records.js";

const store = fileStore(process.argv[2] as string);
let { revision } = await store.load();
for (;;) {
  revision = await store.commit(revision, changeTo(revision + 1));
  // Not process.stdout: what that has buffered is lost in a kill.
  writeSync(1, `${revision}\n`);
}
