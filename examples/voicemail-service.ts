// A service that receives recordings over HTTP and seals each to its user. It has no secret of a user: docs/sender-guide.md.
//
//   RELAY=https://keys.example TOKEN=… DATA=./voicemail PORT=8081 npx tsx voicemail-service.ts
//   curl --data-binary @hello.wav http://127.0.0.1:8081/voicemail/3f0c4d7e-9d0a-4b60-8f8e-2f6f0c8a1d11

import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { serve } from "@hono/node-server";
import { KeysteadError } from "keystead";
import { fileStore } from "keystead/file-store";
import { createSender, senderStoreOver, senderTransport } from "keystead/sender";

const { RELAY = "http://127.0.0.1:8080", TOKEN = "", DATA = "./voicemail", PORT = "8081" } = process.env;
const MAX_BYTES = 10 * 1024 * 1024;

mkdirSync(DATA, { recursive: true });
const sender = createSender({
  transport: senderTransport({ url: RELAY, headers: { authorization: `Bearer ${TOKEN}` } }),
  store: senderStoreOver(fileStore(`${DATA}/pins`)),
  maxAge: 5 * 60_000, // a removed device is shut out within five minutes
});

async function receive(request: Request): Promise<Response> {
  const [, kind, user] = new URL(request.url).pathname.split("/");
  if (request.method !== "POST" || kind !== "voicemail" || !user) return new Response(null, { status: 404 });
  const length = Number(request.headers.get("content-length") ?? Number.NaN);
  if (!(length <= MAX_BYTES)) return new Response(null, { status: 413 });

  const recording = new Uint8Array(await request.arrayBuffer());
  const id = randomUUID();
  try {
    const content = await sender.seal(decodeURIComponent(user), recording, {
      purpose: "voicemail",
      associatedData: new TextEncoder().encode(id), // so that nobody puts one voicemail in the place of another
      pad: true,
    });
    await writeFile(`${DATA}/${id}.sealed`, content, { flag: "wx" });
    return Response.json({ id }, { status: 201 });
  } catch (error) {
    if (!KeysteadError.is(error)) throw error;
    // Nothing was stored. While it is only too early, the caller sends the recording again. Everything else is for a person to see.
    if (error.kind !== "not-now") console.error(error.message);
    return Response.json({ code: error.code }, { status: error.kind === "not-now" ? 503 : 500 });
  } finally {
    recording.fill(0);
  }
}

const server = serve({ fetch: receive, port: Number(PORT), hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`voicemail: listening at http://127.0.0.1:${port}`);
});
process.once("SIGTERM", () => server.close());
