// Takes in what a service said about an entry, and that no answer came. docs/spec.md section 13.

import type { ErrorJson } from "../errors.js";
import { type Env, readClock } from "../primitives/env.js";
import type { Publication } from "../transport/transport.js";
import type { Effect, MachineOptions, PublishEffect, ReadEffect, Stepped } from "./effects.js";
import { lengthOf } from "./entries.js";
import { connected, type Model } from "./model.js";
import { refused } from "./pending.js";
import { proceed } from "./proceed.js";

/** Milliseconds until the next try when the service was not reached. */
const PAUSE = 10_000;

/** Takes in what the service said about an entry. It decides nothing: what stands at its place is read. */
export function takePublication(
  model: Model,
  { hash }: PublishEffect,
  publication: Publication,
  options: MachineOptions,
  env: Env,
): Stepped {
  const { own, subject, pending, sync } = model;
  const after = lengthOf(model, "own");
  const newer: Effect = { type: "read", of: "own", subject, after, purpose: "newer" };
  if (pending?.head.hash === hash) {
    if (publication.verdict === "refused") {
      return proceed(refused(model, publication.code, publication.retryAfter, env), options, env);
    }
    return { model: { ...model, sync: { ...sync, claimed: publication.verdict } }, effects: [newer], retired: [] };
  }
  // Otherwise it was an entry that the service had lost; or a link that was settled meanwhile.
  const at = sync.serverHas;
  if (at === undefined || own?.log.links.at(at)?.hash !== hash) return { model, effects: [newer], retired: [] };
  switch (publication.verdict) {
    case "accepted":
      return proceed({ ...model, sync: { ...sync, serverHas: at + 1 < after ? at + 1 : undefined } }, options, env);
    case "lost":
      return { model, effects: [{ ...newer, after: 0, purpose: "whole" }], retired: [] };
    case "refused": {
      const until = readClock(env) + Math.max(PAUSE, publication.retryAfter ?? 0);
      return { model, effects: [{ type: "wait", until }], retired: [] };
    }
  }
}

/** No answer came: nothing is known, and nothing is lost. */
export function takeFailure(model: Model, { type }: ReadEffect | PublishEffect, error: ErrorJson, env: Env): Stepped {
  const state = error.code === "FORBIDDEN" ? "refused" : "offline";
  const next = connected(model, { state, error });
  const sync = type === "read" ? { ...next.sync, whole: undefined } : next.sync;
  return { model: { ...next, sync }, effects: [{ type: "wait", until: readClock(env) + PAUSE }], retired: [] };
}
