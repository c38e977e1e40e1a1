// Every verb in every status: what the screens page and the client guide say that a device may do there, and nothing else. A verb that is
// refused changes nothing and sends nothing.

import { expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import type { Session } from "../../src/client/session.js";
import { KeysteadError } from "../../src/errors.js";
import { MemoryDisk } from "../../src/storage/memory.js";
import { MaliciousRelay } from "../../src/testing/relay.js";
import type { Status } from "../../src/views/session.js";
import { memberOf, writtenInto } from "./sessions.js";
import { approved, type Phone, phone, SUBJECT } from "./simple.js";

const note = { purpose: "note" };

interface World {
  readonly session: Session;
  /** Of another device of the account. */
  readonly member: MemberId;
  readonly paper: string;
  readonly entries: () => number;
}

type Code = "done" | "PENDING" | "NOT_PERMITTED" | "FORKED" | "LOST_RACE" | "NO_ACCESS" | "STORE_UNAVAILABLE";

/** Each status, and a device that has it. */
async function begin(status: Status): Promise<World> {
  const relay = new MaliciousRelay();
  let isOffline = false;
  const faults = { next: (what: string) => (isOffline && what === "publish" ? "before" : undefined) } as const;
  const laptop = await phone(relay, "laptop").open();
  const device = phone(relay, "phone", faults);
  const world = (session: Session, member: MemberId, paper = ""): World => {
    return { session, member, paper, entries: () => relay.read(SUBJECT).length };
  };
  await laptop.create({ name: "Laptop" });
  const papers: string[] = [];
  await laptop.createBackupKey(writtenInto(papers));
  const paper = present(papers[0]);
  const first = memberOf(laptop);
  const opened = async (by: Phone, lastKnown?: MemberId) => {
    const session = await by.open({ lastKnown });
    await session.sync();
    expect(session.getSnapshot().status).toBe(status);
    return world(session, first, paper);
  };
  if (status === "new") return opened(device);
  if (status === "lost") return opened(device, first);
  const enter = async () => {
    const session = await device.open();
    await session.join({ name: "Phone" });
    return session;
  };
  if (status === "waiting") {
    await enter();
    return opened(device);
  }
  if (status === "joining") {
    isOffline = true;
    const session = await device.open();
    await session.sync();
    session.join({ name: "Phone" }).catch(() => undefined);
    await session.sync();
    return opened(device);
  }
  const mobile = await approved(laptop, device);
  const sealed = await mobile.seal(utf8Encode("old"), note);
  expect(await mobile.open(sealed)).toEqual(utf8Encode("old"));
  switch (status) {
    case "removed":
      await laptop.save({ remove: [memberOf(mobile)] });
      break;
    case "superseded": {
      const copied = phone(relay, "copy");
      MemoryDisk.write(copied.disk, MemoryDisk.read(device.disk));
      await (await copied.open()).rekey();
      break;
    }
    case "alarm": {
      const seq = laptop.log.head.seq - 1;
      relay.fork(SUBJECT, seq, ["thief", "phone"]);
      await (await phone(relay, "thief").open()).join({ name: "Thief" });
      break;
    }
    default:
  }
  if (status !== "closed") return opened(device);
  mobile.close();
  return world(mobile, first, paper);
}

const show = async () => "cancel" as const;

const VERBS: Readonly<Record<string, (world: World) => unknown>> = {
  create: ({ session }) => session.create({ name: "Phone" }),
  join: ({ session }) => session.join({ name: "Phone" }),
  save: ({ session, member }) => session.save({ remove: [member] }),
  rename: ({ session }) => session.rename({ name: "Mine" }),
  setLockdown: ({ session }) => session.setLockdown(true),
  rekey: ({ session }) => session.rekey(),
  createBackupKey: ({ session }) => session.createBackupKey(show),
  proveBackupKey: ({ session }) => session.proveBackupKey(show),
  useBackupKey: ({ session, paper }) => session.useBackupKey(paper),
  reclaim: ({ session, member }) => session.reclaim(member),
  leave: ({ session }) => session.leave(),
  seal: ({ session }) => session.seal(utf8Encode("x"), note),
  sealStream: ({ session }) => session.sealStream(note),
  exportNewestKey: async ({ session }) => session.exportNewestKey("drafts"),
};

const all = (code: Code): Record<string, Code> => Object.fromEntries(Object.keys(VERBS).map((verb) => [verb, code]));
const SEALING = ["seal", "sealStream", "exportNewestKey"];
const only = (code: Code, rest: Code, ...verbs: readonly string[]) => ({
  ...all(rest),
  ...Object.fromEntries(verbs.map((verb) => [verb, code])),
});

const TABLE: Readonly<Record<Status, Readonly<Record<string, Code>>>> = {
  new: only("done", "NOT_PERMITTED", "join"),
  lost: only("done", "NOT_PERMITTED", "join"),
  joining: { ...all("PENDING"), ...only("NOT_PERMITTED", "PENDING", "rename", "proveBackupKey", ...SEALING) },
  // It is a member already, is nobody that may lock the account down, and has no paper to prove and no former member to take over from.
  waiting: only("NOT_PERMITTED", "done", "create", "join", "setLockdown", "proveBackupKey", "reclaim"),
  // A paper approves a device that waits.
  ready: only("NOT_PERMITTED", "done", "create", "join", "proveBackupKey", "reclaim", "useBackupKey"),
  removed: only("done", "NOT_PERMITTED", "join"),
  superseded: only("done", "NOT_PERMITTED", "join"),
  alarm: { ...all("FORKED"), proveBackupKey: "NOT_PERMITTED" },
  closed: { ...all("STORE_UNAVAILABLE"), proveBackupKey: "NOT_PERMITTED" },
};

it.each(Object.entries(TABLE))(
  "a device that is %s",
  async (status, expected) => {
    const found: Record<string, Code> = {};
    for (const [verb, act] of Object.entries(VERBS)) {
      const world = await begin(status as Status);
      const seen = () => [world.entries(), status === "closed" ? status : world.session.getSnapshot().status];
      const before = seen();
      try {
        await act(world);
        found[verb] = "done";
      } catch (error) {
        found[verb] = present(KeysteadError.from(error)).code as Code;
        expect(seen()).toEqual(before);
      }
    }
    expect(found).toEqual(expected);
  },
  120_000,
);
