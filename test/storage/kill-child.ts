// Commits for ever, and prints each revision that is on the disk. The parent kills it.

import { fileStore } from "../../src/storage/file.js";

const [, , folder] = process.argv;
const store = fileStore(folder as string);
let { revision } = await store.load();
for (;;) {
  const value = new Uint8Array(1 + (revision % 50_000)).fill(revision % 251);
  revision = await store.commit(revision, {
    put: [
      ["a", value],
      ["b", value],
      [`old/${revision}`, value.slice(0, 10)],
    ],
    delete: [`old/${revision - 3}`],
  });
  process.stdout.write(`${revision}\n`);
}
