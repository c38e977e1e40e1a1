// What Vue, MobX and Immer do to a state that an app puts into them: nothing that stops the library from working with it.

import { isProxy, markRaw, reactive, readonly, ref, shallowRef } from "@vue/reactivity";
import { enableMapSet, isDraft, produce, setAutoFreeze } from "immer";
import { isObservable, observable, observableRef } from "mobx";
import { describe, expect, it } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import { rotate } from "../../src/authoring/verbs.js";
import { type EscrowSession, openEscrowSession } from "../../src/client/escrow-session.js";
import { openSession, type Session } from "../../src/client/session.js";
import { ReportTotals } from "../../src/escrow/organisation-report.js";
import { fingerprintOf, formatFingerprint } from "../../src/fingerprint/fingerprint.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { standing } from "../../src/grants/standing.js";
import { memoryStore } from "../../src/storage/memory.js";
import { callerSealer } from "../../src/storage/sealer.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import { relayTransport } from "../../src/testing/relay-transport.js";
import { seededEnv } from "../support/seeded-env.js";
import { openWorld } from "../support/world.js";

const state: MemberState = openWorld("frameworks").join("Phone").session("Laptop");
const fingerprint = fingerprintOf(state.log);

/** Uses a state as an app does, all of it: reads, derives and writes. */
function use(held: MemberState): void {
  expect(held.log).toBe(state.log);
  expect(held.keyring).toBe(state.keyring);
  expect(standing(held.log, held.keyring)).toBe("active");
  expect(agenda(held, { escrowLog: undefined, now: "unchecked" })).toEqual(
    agenda(state, { escrowLog: undefined, now: "unchecked" }),
  );
  const proposal = rotate(held, seededEnv("frameworks"));
  expect(proposal.accept().log.epochs.length).toBe(state.log.epochs.length + 1);
}

const fresh = (): { session: MemberState; note: string } => ({ session: { ...state }, note: "x" });

enableMapSet();

describe("a state in a store", () => {
  it.each<[string, () => MemberState]>([
    ["Vue: shallowRef", () => shallowRef(fresh()).value.session],
    ["Vue: ref of a raw one", () => ref(markRaw(fresh().session)).value as MemberState],
    ["Vue: deep ref, without the app doing anything", () => ref(fresh()).value.session as unknown as MemberState],
    ["Vue: reactive", () => reactive(fresh()).session as unknown as MemberState],
    ["Vue: readonly", () => readonly(fresh()).session as unknown as MemberState],
    ["MobX: observableRef", () => observable({ session: fresh().session }, { session: observableRef }).session],
    ["MobX: deep observable", () => observable(fresh()).session],
    ["MobX: map", () => observable.map([["a", fresh().session]]).get("a") as MemberState],
    ["Immer: result", () => produce(fresh(), (draft) => void Object.assign(draft, { note: "y" })).session],
    [
      "Immer: put in by a recipe",
      () => produce(new Map<string, MemberState>(), (draft) => draft.set("a", state as never)).get("a") as MemberState,
    ],
  ])("%s works", (_what, hold) => use(hold()));

  it("Immer: a draft of it works inside the recipe", () => {
    setAutoFreeze(true);
    const next = produce(fresh(), (draft) => {
      use(draft.session as unknown as MemberState);
      expect(isDraft(draft.session)).toBe(true);
      expect(isDraft(draft.session.log)).toBe(false);
      draft.note = "y";
    });
    use(next.session);
  });

  it("a session works in Vue's ref and in MobX, without the app doing anything", async () => {
    const transport = relayTransport(new MaliciousRelay(), "laptop");
    const place = { transport, sealer: await callerSealer(new Uint8Array(32)), background: false };
    const session = await openSession({ ...place, subject: "user", store: memoryStore() });
    const admin = await openEscrowSession({ ...place, subject: "escrow", store: memoryStore() });
    for (const each of [session, admin, new ReportTotals()]) {
      expect(ref({ each }).value.each, "Vue").toBe(each);
      expect(observable({ each }).each, "MobX").toBe(each);
    }
    await (ref(session).value as unknown as Session).create({ name: "Laptop" });
    expect((ref(admin).value as unknown as EscrowSession).getSnapshot().status).toBe("new");
    session.close();
    admin.close();
  });

  it("is wrapped on the outside only: log, keyring, proposal and fingerprint stay what they are", () => {
    const proposal = rotate(state, seededEnv("held"));
    const held = { ...state, proposal, fingerprint };
    const vue = ref(held).value;
    const mobx = observable(held);
    expect([isProxy(vue), isObservable(mobx)]).toEqual([true, true]);
    for (const name of ["log", "keyring", "proposal", "fingerprint"] as const) {
      expect(vue[name], `${name} in Vue`).toBe(held[name]);
      expect(mobx[name], `${name} in MobX`).toBe(held[name]);
    }
    expect(formatFingerprint(vue.fingerprint as never)).toBe(formatFingerprint(fingerprint));
    vue.proposal.discard();
    mobx.proposal.discard();
  });
});
