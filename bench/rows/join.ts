// A device joins and is approved, after few epochs and after many: the work of both devices, with the grant of all history.

import { createLog, joinLog, type MemberState, type Proposal, receive, review, rotate, systemEnv } from "keystead";
import { SUBJECT } from "../support/long-log.js";
import { compare, type Work } from "../support/measure.js";
import { builtTeam, invite } from "../support/peer-auth.js";
import { auth } from "../support/peers.js";
import { type Row, ratio } from "../support/row.js";

const env = systemEnv();

/** A log with one device and `epochs` epochs. */
function withHistory(epochs: number): MemberState {
  let session: MemberState = createLog({ subject: SUBJECT, device: { name: "Laptop" } }, env).accept();
  while (session.log.epochs.length < epochs) session = rotate(session, env).accept();
  return session;
}

/** The whole, and its two halves: the laptop approves, and the phone opens the grants that it gets. */
function joining(laptop: MemberState) {
  const enter = () => joinLog(laptop.log, { device: { name: "Phone" } }, env);
  const approve = (phone: Proposal<MemberState>) =>
    review(
      receive(laptop, phone.entry, { now: "unchecked" }),
      { approveUncompared: [phone.accept().keyring.member] },
      env,
    ).entry;
  const open = (phone: Proposal<MemberState>, entry: Uint8Array) => {
    const { keyring } = receive(phone.accept(), entry, { now: "unchecked" });
    if (keyring.epochs.length !== laptop.log.epochs.length + 1) throw new Error("the phone lacks epochs");
  };
  const joined = enter();
  const approved = approve(joined);
  const all = () => {
    const phone = enter();
    open(phone, approve(phone));
  };
  return { all, approve: () => approve(joined), open: () => open(joined, approved) };
}

export const join: Row = {
  name: "join",
  title: "join and approve, with history",
  async *run({ quick, rounds }) {
    const sizes = quick ? [10, 30] : [10, 100, 1000];
    const works: Record<string, Work> = {};
    for (const epochs of sizes) {
      const { all, approve, open } = joining(withHistory(epochs));
      works[`${epochs} epochs`] = all;
      works[`${epochs} epochs: of it, the laptop approves`] = approve;
      works[`${epochs} epochs: of it, the phone opens and checks its grants`] = open;
    }
    const times = await compare(works, rounds);
    const base = times[`${sizes[0]} epochs`];
    for (const [what, value] of Object.entries(times)) {
      const target = what === "1000 epochs" ? { figure: ratio(value, base), atMost: 3, of: "× 10 epochs" } : undefined;
      yield { what, value, unit: "ms", base, target };
    }
    const authPackage = await auth();
    for (const changes of sizes) {
      const built = authPackage && builtTeam(authPackage, changes);
      const start = performance.now();
      if (built) invite(built);
      const value = built && performance.now() - start;
      yield { what: `@localfirst/auth: invite and admit after ${changes} changes`, value, unit: "ms", base };
    }
  },
};
