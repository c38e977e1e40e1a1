// Bodies as Node's server has them, over real sockets.

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeBody } from "../../src/cli/node-body.js";
import type { BodyPieces } from "../../src/relay/body.js";

const server = createServer();
let port = 0;
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());

const HEADERS = "POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 6\r\n\r\n";

/** A request of which this much was sent. */
async function sent(text: string): Promise<{ socket: Socket; body: BodyPieces; answer: ServerResponse }> {
  const arrived = once(server, "request");
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(text);
  const [incoming, answer] = (await arrived) as [IncomingMessage, ServerResponse];
  return { socket, body: nodeBody(undefined, { incoming }), answer };
}

async function all(body: BodyPieces): Promise<string> {
  let text = "";
  for (let piece = await body.next(); piece; piece = await body.next()) text += Buffer.from(piece).toString();
  return text;
}

describe("a body of Node's server", () => {
  it("comes in pieces, and ends", async () => {
    const { socket, body, answer } = await sent(`${HEADERS}abc`);
    const text = all(body);
    socket.write("def");
    expect(await text).toBe("abcdef");
    expect(await body.next()).toBeUndefined();
    answer.end();
    socket.destroy();
  });

  it("may be empty", async () => {
    const { socket, body } = await sent("POST / HTTP/1.1\r\nHost: relay\r\nContent-Length: 0\r\n\r\n");
    expect(await all(body)).toBe("");
    socket.destroy();
  });

  it("that breaks off rejects, while it is awaited and after", async () => {
    const { socket, body } = await sent(`${HEADERS}abc`);
    expect(Buffer.from((await body.next()) ?? []).toString()).toBe("abc");
    const waiting = body.next();
    socket.destroy();
    await expect(waiting).rejects.toThrow();
    await expect(body.next()).rejects.toThrow();
  });

  it("that is not wanted any more ends at once, and leaves no listeners", async () => {
    const { socket, body, answer } = await sent(`${HEADERS}abc`);
    await body.next();
    const waiting = body.next();
    body.cancel();
    expect(await waiting).toBeUndefined();
    for (const event of ["readable", "end", "error"]) expect(answer.req.listenerCount(event)).toBe(0);
    socket.destroy();
  });

  it("is read no faster than it is asked for", async () => {
    const { socket, body, answer } = await sent("POST / HTTP/1.1\r\nHost: relay\r\nTransfer-Encoding: chunked\r\n\r\n");
    const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
    // The sender is held up while nobody reads: by then the server holds what fits into its buffers.
    let written = 0;
    while (socket.write(chunk) || written < 64) if (++written > 10_000) break;
    await body.next();
    expect(answer.req.readableLength).toBeLessThan(1 << 18);
    socket.destroy();
  });
});
