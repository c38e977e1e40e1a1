// A sender beside a relay in memory that lies on request, and a network that fails on request.

import { present } from "../../src/bytes/present.js";
import type { ServiceSenderOptions } from "../../src/sender/options.js";
import { createSender } from "../../src/sender/sender.js";
import { type SenderStore, senderStoreOver } from "../../src/sender/store.js";
import { MemoryDisk, memoryStore } from "../../src/storage/memory.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayTransport } from "../../src/testing/relay-transport.js";
import type { SenderTransport } from "../../src/transport/sender-transport.js";
import { seededEnv } from "../support/seeded-env.js";
import { NOON, statement } from "../support/service.js";
import type { World } from "../support/world.js";

/** A service, its relay, and what of it outlives a restart. */
export class Place {
  readonly relay = new MaliciousRelay();
  readonly disk = new MemoryDisk();
  now = NOON;
  /** Whether the service is reached. */
  isReached = true;
  /** Whether the service states heads. */
  states = false;
  /** What was asked, in order. */
  readonly asked: string[] = [];
  #starts = 0;
  #newest: World | undefined;

  /** Publishes what the relay lacks of a world's log. */
  publish(world: World): this {
    for (const entry of world.entries) this.relay.publish(world.log.subject, entry);
    this.#newest = world;
    return this;
  }

  get transport(): Required<SenderTransport> {
    const fault = () => (this.isReached ? undefined : ({ lost: "request" } as const));
    const state = () => (this.states ? new Uint8Array(statement(present(this.#newest), this.now)) : undefined);
    const inner = relayTransport(this.relay, "service", { fault, state, pageEntries: 2 });
    return {
      read: (subject, options) => {
        this.asked.push(`read ${subject} ${options.after}`);
        return inner.read(subject, options);
      },
      heads: async (logs) => {
        this.asked.push(`heads ${logs.length}`);
        const { log } = present(this.#newest);
        const page = await inner.read(log.subject, { after: 0, attachments: "none" });
        return logs.map(() => ({ newest: page?.newest, statement: page?.statement }));
      },
    };
  }

  get store(): SenderStore {
    return senderStoreOver(memoryStore(this.disk));
  }

  /** A process of the service that starts now. */
  sender(options: Partial<ServiceSenderOptions> = {}) {
    const env = { ...seededEnv(`service ${++this.#starts}`), now: () => this.now };
    return createSender({ transport: this.transport, store: this.store, env, ...options });
  }
}
