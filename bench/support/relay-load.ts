// Load for the relay: logs whose entries are made before, requests over connections that stay open, and how long each took.

import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { systemEnv } from "../../src/primitives/env.js";
import { targetOf } from "../../src/transport/addresses.js";
import { requestSigner, signRequest } from "../../src/transport/request-signature.js";
import { appendEntryRoute, CBOR, createLogRoute, eventsRoute } from "../../src/transport/wire.js";
import { openWorld, type World } from "../../test/support/world.js";
import { ORIGIN } from "./relay-process.js";

/** Requests at a time, each over a connection of its own. */
export const LANES = 32;

/** A request that is ready to be sent. */
export interface Prepared {
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** An answer, with its whole body. */
export interface Answered {
  readonly status: number;
  readonly body: Uint8Array;
}

/** How long works took together, and each of them, in milliseconds. */
export interface Timed {
  readonly all: number;
  readonly each: readonly number[];
}

/** A log of one device. */
export function begun(subject: string): World {
  return openWorld(subject, { subject, first: "Laptop" });
}

/**
 * A log with more links, which rename its device.
 *
 * @param epochEach every so many links there is a new epoch with its grant instead.
 */
export function grown(world: World, links: number, epochEach = Number.POSITIVE_INFINITY): World {
  let next = world;
  for (let at = world.entries.length; at < links; at++)
    next = at % epochEach === 0 ? next.rotate("Laptop") : next.rename("Laptop", `${at}`);
  return next;
}

/** The request that stores an entry of a world. The entry proves itself, so nothing else is signed. */
export function publishing({ log, entries }: World, at: number): Prepared {
  const first = { method: "PUT", target: targetOf(createLogRoute, { subject: log.subject }) };
  const later = { method: "POST", target: targetOf(appendEntryRoute, { log: log.head.log }) };
  return { ...(at === 0 ? first : later), headers: { "content-type": CBOR }, body: entries[at] as Uint8Array };
}

/** A request that the device of a world signs. It is good for a minute. */
export function signed(world: World, method: string, target: string): Prepared {
  const signer = requestSigner(world.session("Laptop").keyring);
  return { method, target, headers: signRequest({ method, target }, { signer, origin: ORIGIN, env: systemEnv() }) };
}

/** Sends requests over connections that stay open. */
export class Lanes {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: LANES });
  readonly #port: number;

  constructor({ port }: { readonly port: number }) {
    this.#port = port;
  }

  /** @throws Error for any other status than `expected` */
  async send({ method, target, headers, body }: Prepared, expected: number): Promise<Answered> {
    const answer = await new Promise<Answered>((resolve, reject) => {
      const length = body && { "content-length": body.length };
      const options = { host: "127.0.0.1", port: this.#port, path: target, method, agent: this.#agent };
      const sent = request({ ...options, headers: { ...headers, ...length } }, (response) => {
        const parts: Uint8Array[] = [];
        response.on("data", (part: Uint8Array) => parts.push(part));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
        response.on("error", reject);
      });
      sent.on("error", reject);
      sent.end(body);
    });
    if (answer.status === expected) return answer;
    throw new Error(`${method} ${target}: ${answer.status} ${Buffer.from(answer.body).toString()}`);
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Event streams that stay open. */
export class Streams {
  readonly #port: number;
  readonly #open: IncomingMessage[] = [];
  /** The newest position that each stream said. */
  readonly #newest: number[] = [];

  constructor({ port }: { readonly port: number }) {
    this.#port = port;
  }

  /** Resolves when the stream is open. */
  async open(world: World): Promise<void> {
    const {
      method,
      target: path,
      headers,
    } = signed(world, "GET", targetOf(eventsRoute, {}, { log: world.log.head.log }));
    const sent = request({ host: "127.0.0.1", port: this.#port, path, method, headers, agent: false });
    const [response] = (await once(sent.end(), "response")) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`an event stream was answered with ${response.statusCode}`);
    const at = this.#open.push(response) - 1;
    this.#newest[at] = 0;
    response.setEncoding("utf8").on("data", (text: string) => {
      for (const [, seq] of text.matchAll(/"seq":(\d+)/g)) this.#newest[at] = Number(seq);
    });
    response.on("error", () => {});
  }

  /** Resolves when every stream has said this position. @throws Error after two heartbeats */
  async reach(seq: number): Promise<void> {
    const silent = () => this.#newest.filter((newest) => newest < seq).length;
    const late = performance.now() + 30_000;
    while (silent() > 0 && performance.now() < late) await setTimeout(20);
    if (silent() > 0) throw new Error(`${silent()} event streams did not say position ${seq}`);
  }

  close(): void {
    for (const each of this.#open) each.destroy();
  }
}

/** Runs chains of works, {@link LANES} chains at a time; the works of a chain one after the other. */
export async function load(chains: readonly (readonly (() => Promise<unknown>)[])[]): Promise<Timed> {
  const each: number[] = [];
  const left = [...chains];
  const lane = async (): Promise<void> => {
    for (let chain = left.pop(); chain; chain = left.pop()) {
      for (const work of chain) {
        const start = performance.now();
        await work();
        each.push(performance.now() - start);
      }
    }
  };
  // Connections that servers closed while this process was busy: a request over one of them would fail.
  await setTimeout(50);
  const start = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  return { all: performance.now() - start, each };
}

/** The value that 99 of 100 samples do not exceed. */
export function p99(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length * 0.99)] as number;
}
