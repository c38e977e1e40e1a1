// The same with Node's types and without those of the DOM.

import { Blob } from "node:buffer";
import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { createLog, type Env, openRandomAccess, sealContent, sealStream } from "keystead";

declare const env: Env;

export async function nodeApis(controller: AbortController): Promise<void> {
  const { log, keyring } = createLog({ subject: "alice", device: { name: "Laptop" } }, env).accept();
  const options = { purpose: "file", signal: controller.signal };
  const sealed = await sealContent([log], Buffer.from("text"), options, env);
  await writeFile("sealed", sealed);
  await openRandomAccess(new Blob([sealed]), keyring);
  const source = Readable.toWeb(createReadStream("plain"));
  for await (const piece of source.pipeThrough(sealStream([log], options, env))) Buffer.from(piece as Uint8Array);
}
