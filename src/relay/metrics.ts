// Metrics of a relay for Prometheus, from the lines of its log. docs/relay.md, "Operations".

import type { Registry } from "prom-client";
import type { LogLine } from "./log-line.js";

/** Metrics of a relay. */
export interface RelayMetrics {
  /** Give it as `log` to `createRelay`, or call it from your own. */
  log(line: LogLine): void;
  /** All metrics in the text format of Prometheus. */
  text(): Promise<string>;
  readonly contentType: string;
}

/**
 * Counts what a relay does. Needs the package `prom-client`.
 *
 * @param register where the metrics are registered; by default an own one, with those of the process.
 */
export async function openMetrics(register?: Registry): Promise<RelayMetrics> {
  const { Registry: Own, Counter, Gauge, Histogram, collectDefaultMetrics } = (await import("prom-client")).default;
  const registry = register ?? new Own();
  if (!register) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    ...{ registers, name: "keystead_requests_total", help: "Requests that were answered" },
    labelNames: ["route", "method", "status"],
  });
  const seconds = new Histogram({
    ...{ registers, name: "keystead_request_seconds", help: "Time until an answer began" },
    labelNames: ["route"],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
  });
  const refusals = new Counter({
    ...{ registers, name: "keystead_refusals_total", help: "Refusals by their code" },
    labelNames: ["code"],
  });
  const entries = new Counter({
    ...{ registers, name: "keystead_entries_total", help: "Entries that were stored" },
    labelNames: ["type"],
  });
  const errors = new Counter({
    ...{ registers, name: "keystead_errors_total", help: "Failures that are no answer to a request" },
    labelNames: ["code"],
  });
  const streams = new Gauge({ registers, name: "keystead_event_streams", help: "Event streams that are open" });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    log(line) {
      switch (line.event) {
        case "request":
          requests.inc({
            route: line.route ?? "none",
            method: METHODS.has(line.method) ? line.method : "other",
            status: line.status,
          });
          if (line.route) seconds.observe({ route: line.route }, line.took / 1000);
          if (line.code) refusals.inc({ code: line.code });
          break;
        case "entry":
          entries.inc({ type: line.type });
          break;
        case "streams":
          streams.set(line.open);
          break;
        case "error":
          errors.inc({ code: line.code });
          break;
      }
    },
  };
}

/** Anybody can send any method: each would be a series of its own. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "PUT", "POST", "DELETE"]);
