// The body of a request as Node's server has it: a stream of the platform around it would cost more than the rest of a small request.

import type { IncomingMessage } from "node:http";
import type { BodyPieces } from "../relay/body.js";

/** Events after which there is a piece, or none will come. */
const NEWS = ["readable", "end", "close", "error"] as const;

/** @param server what hono gives beside a request. */
export function nodeBody(_request: unknown, server: unknown): BodyPieces {
  const { incoming } = server as { readonly incoming: IncomingMessage };
  let isCancelled = false;
  let wake = () => {};
  return {
    async next() {
      while (!isCancelled) {
        const piece: Uint8Array | null = incoming.read();
        if (piece) return piece;
        if (incoming.readableEnded) return undefined;
        if (incoming.destroyed) throw incoming.errored ?? new Error("the client went away");
        await new Promise<void>((resolve) => {
          wake = resolve;
          for (const event of NEWS) incoming.on(event, wake);
        });
        for (const event of NEWS) incoming.off(event, wake);
      }
      return undefined;
    },
    // hono reads what is left, within limits, or closes the connection.
    cancel() {
      isCancelled = true;
      wake();
    },
  };
}
