// A process that puts bodies into the table of bare.ts, and reads them: `/entries/LOG/SEQ`, `/links/LOG/SEQ`.

import { createServer, type IncomingMessage } from "node:http";
import { openBare } from "./bare.js";

const bare = await openBare(process.argv[2] as string, "served");

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

const server = createServer(async (request, response) => {
  const [, what = "", log = "", seq] = (request.url ?? "").split("/");
  const key = Buffer.from(log, "hex");
  if (request.method === "GET") {
    response.end(Buffer.concat(await bare.select(what, key, Number(seq))));
  } else {
    await bare.insert(key, Number(seq), await bodyOf(request));
    response.writeHead(201).end();
  }
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(typeof address === "object" && address?.port);
});
