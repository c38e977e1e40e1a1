// Counts the requests of a relay while they run, and logs their answers. docs/relay.md, "Operations".

import type { LogLine } from "./log-line.js";
import type { RelaySettings } from "./options.js";

type Facts = Partial<Pick<Extract<LogLine, { readonly event: "request" }>, "route" | "log" | "code">>;

/** Watches the requests of a relay. */
export class Watch {
  readonly #settings: RelaySettings;
  readonly #facts = new WeakMap<Request, Facts>();
  #running = 0;
  #whenIdle: (() => void)[] = [];

  constructor(settings: RelaySettings) {
    this.#settings = settings;
  }

  /** Adds what is known of a request. */
  note(request: Request, facts: Facts): void {
    this.#facts.set(request, { ...this.#facts.get(request), ...facts });
  }

  /** Counts a request while it runs, and logs its answer. */
  async during(request: Request, run: () => Promise<Response>): Promise<Response> {
    const { env, log } = this.#settings;
    const began = env.now();
    this.#running++;
    try {
      const response = await run();
      const { route, code, log: id } = this.#facts.get(request) ?? {};
      const at = env.now();
      log({
        at,
        event: "request",
        route,
        method: request.method,
        status: response.status,
        code,
        took: at - began,
        log: id,
      });
      return response;
    } finally {
      this.#running--;
      if (this.#running === 0) for (const idle of this.#whenIdle.splice(0)) idle();
    }
  }

  /** Resolves when no request runs. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }
}
