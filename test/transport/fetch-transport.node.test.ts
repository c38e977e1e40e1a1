// The transport over the own fetch of the platform and real connections: what breaks off, leads elsewhere or never ends.

import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { fetchTransport } from "../../src/transport/fetch-transport.js";
import { CBOR, EVENTS, PUBLISHED, SUBJECT, writeBody, writeEvent } from "../../src/transport/wire.js";
import { rejection } from "../support/thrown.js";
import { ALICE } from "../support/world.js";
import { SERVICE_TIME, SIGNER, STORY, withResolvers } from "./conformance.js";
import { ORIGIN, PREFIX, serviceOver } from "./handler.js";

const all = { after: 0, attachments: "all" } as const;
const log = STORY.log.head.log;
const [first] = STORY.entries as [Uint8Array];

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A transport to a server on this machine. */
async function serve(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, transport: fetchTransport({ url: origin + PREFIX }) };
}

/** Names the log of every subject, and leaves the rest to the test. */
function naming(rest: (response: ServerResponse, url: string) => void): RequestListener {
  return ({ url = "" }, response) => {
    if (!url.includes("/v1/subjects/")) return rest(response, url);
    response.writeHead(200, { "content-type": CBOR }).end(writeBody(SUBJECT, { log, newest: 1, now: 1 }));
  };
}

describe("over real connections", () => {
  it("a log is published and read", async () => {
    const handle = serviceOver(new MaliciousRelay());
    const { transport } = await serve((request, response) => {
      const parts: Uint8Array[] = [];
      request.on("data", (part: Uint8Array) => parts.push(part));
      request.on("end", async () => {
        const { url, method, headers } = request;
        const body = method === "GET" ? {} : { body: new Blob(parts as Uint8Array<ArrayBuffer>[]) };
        const answer = await handle(ORIGIN + url, { method, headers, ...body });
        response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
        response.end(new Uint8Array(await new Response(answer.body).arrayBuffer()));
      });
    });
    for (const entry of STORY.entries)
      expect(await transport.publish(ALICE, entry, {})).toEqual({ verdict: "accepted" });
    const page = await transport.read(ALICE, { ...all, after: 3 });
    expect(page).toMatchObject({ entries: STORY.entries.slice(3), newest: STORY.entries.length, now: SERVICE_TIME });
  });

  it("nobody answers", async () => {
    const { transport } = await serve((request) => void request.destroy());
    expect((await rejection(transport.publish(ALICE, first, {}))).code).toBe("OFFLINE");
  });

  it("an answer breaks off", async () => {
    const { transport } = await serve((_, response) => {
      response.writeHead(201, { "content-type": CBOR, "content-length": 1000 });
      response.write(writeBody(PUBLISHED, { log, seq: 1 }), () => response.destroy());
    });
    expect((await rejection(transport.publish(ALICE, first, {}))).code).toBe("OFFLINE");
  });

  it("a redirect is not followed", async () => {
    const paths: (string | undefined)[] = [];
    const { transport } = await serve(({ url }, response) => {
      paths.push(url);
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    expect((await rejection(transport.read(ALICE, { ...all, signer: SIGNER }))).details).toEqual({ status: 307 });
    expect(paths).toHaveLength(1);
  });

  it("an answer that never ends is closed at its limit", async () => {
    const { promise: closed, resolve } = withResolvers<void>();
    const { transport } = await serve(
      naming((response) => {
        response.on("close", resolve).writeHead(200, { "content-type": CBOR });
        const more = (): void => {
          while (!response.closed && response.write(new Uint8Array(65_536)));
        };
        response.on("drain", more);
        more();
      }),
    );
    expect((await rejection(transport.read(ALICE, all))).code).toBe("OFFLINE");
    await closed;
  });

  it("a stream of events is closed when the signal ends it", async () => {
    const { promise: closed, resolve } = withResolvers<void>();
    const { transport } = await serve(
      naming((response) => {
        response.on("close", resolve).writeHead(200, { "content-type": EVENTS });
        response.write(`data: ${writeEvent({ log, seq: 1 })}\n\n`);
      }),
    );
    const end = new AbortController();
    const { promise: hinted, resolve: hint } = withResolvers<string>();
    const listening = transport.events([ALICE], hint, { signer: SIGNER, signal: end.signal });
    expect(await hinted).toBe(ALICE);
    end.abort(new Error("enough"));
    await expect(listening).rejects.toBe(end.signal.reason);
    await closed;
  });
});
