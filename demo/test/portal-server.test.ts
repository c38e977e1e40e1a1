// The demo's server without a browser: who may do what in the portal and at the relay, and bad input on every route.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callerSealer, fetchTransport, memoryStore, openSession, type Session } from "keystead/client";
import { openEscrowSession } from "keystead/escrow-client";
import { portalTransport } from "keystead/server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PASSWORD } from "../server/accounts.js";
import { type RunningDemo, startDemo } from "../server/demo.js";

const MINUTE = 60_000;
const web = mkdtempSync(join(tmpdir(), "keystead-web-"));
writeFileSync(join(web, "index.html"), "<!doctype html>");
let demo: RunningDemo;
/** How far ahead the clock of codes and step-ups is. */
let ahead = 0;

/** Somebody's browser, as far as the server knows: cookies. */
class Visitor {
  readonly #cookies = new Map<string, string>();

  static async signIn(account: string): Promise<Visitor> {
    const visitor = new Visitor();
    expect((await visitor.post("/sign-in", { account, password: PASSWORD })).status).toBe(200);
    return visitor;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async send(method: string, path: string, body?: string): Promise<Response> {
    const response = await fetch(`${demo.url}/api${path}`, {
      method,
      headers: { cookie: this.cookie, "content-type": "application/json" },
      ...(body !== undefined && { body }),
    });
    for (const each of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  post(path: string, body: unknown): Promise<Response> {
    return this.send("POST", path, JSON.stringify(body));
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.send("GET", path);
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  }

  /** The newest code in the mailbox. */
  async code(): Promise<string> {
    const mails = await this.get<readonly { content: { about: string; code?: string } }[]>("/mailbox");
    return mails.find(({ content }) => content.about === "code")?.content.code ?? "";
  }

  async stepUp(): Promise<void> {
    expect((await this.post("/step-up/code", {})).status).toBe(201);
    expect((await this.post("/step-up", { code: await this.code() })).status).toBe(200);
  }

  #transport() {
    return { url: `${demo.url}/keys`, headers: () => ({ cookie: this.cookie }) };
  }

  /** A device of a subject; by default of this account. */
  async device(subject?: string, escrowSubject?: string): Promise<Session> {
    return await openSession({
      subject: subject ?? (await this.me()).subject,
      escrowSubject,
      transport: fetchTransport(this.#transport()),
      ...(await ownStore()),
    });
  }

  async escrowDevice(subject: string) {
    return await openEscrowSession({ subject, transport: fetchTransport(this.#transport()), ...(await ownStore()) });
  }

  /** Asks the relay itself, around the pages. */
  expel(subject: string, member: string) {
    return portalTransport(this.#transport()).expel(subject, [member as never]);
  }

  me(): Promise<{ subject: string; escrowSubject: string; operator: string; mayBeginAnew: boolean }> {
    return this.get("/me");
  }
}

const ownStore = async () => ({
  store: memoryStore(),
  sealer: await callerSealer(crypto.getRandomValues(new Uint8Array(32))),
  background: false,
});

/** The code of an error of the library. */
const refusal = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "done",
    (error) => error.code,
  );
const answer = async (asked: Promise<Response>): Promise<string> => {
  const response = await asked;
  const { error } = (await response.json().catch(() => ({}))) as { error?: string };
  return error === undefined ? String(response.status) : `${response.status} ${error}`;
};

beforeAll(async () => {
  demo = await startDemo({ web, port: 0, now: () => Date.now() + ahead });
});
beforeEach(() => {
  ahead = 0;
});
afterAll(async () => {
  await demo.close();
  rmSync(web, { recursive: true });
});

describe("a step-up", () => {
  it("needs the code that was mailed, and lasts 15 minutes", async () => {
    const ben = await Visitor.signIn("ben");
    expect(await ben.get("/step-up")).toEqual({ until: null });
    expect(await answer(ben.post("/step-up", { code: "000000" }))).toBe("403 expired");
    await ben.stepUp();
    const { until } = await ben.get<{ until: number }>("/step-up");
    expect(until - Date.now()).toBeGreaterThan(14 * MINUTE);
    ahead = 15 * MINUTE;
    expect(await ben.get("/step-up")).toEqual({ until: null });
  });

  it("is refused for a wrong code, and after five wrong ones for the right one too", async () => {
    const ben = await Visitor.signIn("ben");
    await ben.post("/step-up/code", {});
    const code = await ben.code();
    const wrong = code === "000000" ? "111111" : "000000";
    const tries = await Promise.all(Array.from({ length: 5 }, () => answer(ben.post("/step-up", { code: wrong }))));
    expect(tries).toEqual(Array.from({ length: 5 }, () => "403 wrong"));
    expect(await answer(ben.post("/step-up", { code }))).toBe("403 spent");
    expect(await ben.get("/step-up")).toEqual({ until: null });
  });

  it("is refused for a code after ten minutes, after a newer one, for a second time, and in another sign-in", async () => {
    const [chloe, thief] = [await Visitor.signIn("chloe"), await Visitor.signIn("chloe")];
    await chloe.post("/step-up/code", {});
    const first = await chloe.code();
    ahead = 10 * MINUTE;
    expect(await answer(chloe.post("/step-up", { code: first }))).toBe("403 expired");
    await chloe.post("/step-up/code", {});
    const second = await chloe.code();
    if (first !== second) expect(await answer(chloe.post("/step-up", { code: first }))).toBe("403 wrong");
    expect(await answer(thief.post("/step-up", { code: second }))).toBe("403 expired");
    expect(await answer(chloe.post("/step-up", { code: `${second.slice(0, 3)} ${second.slice(3)}` }))).toBe("200");
    expect(await answer(chloe.post("/step-up", { code: second }))).toBe("403 spent");
    expect(await thief.get("/step-up")).toEqual({ until: null });
    // The cookie alone is worth nothing in another sign-in, and nothing after this one ended.
    const { cookie } = chloe;
    const stolen = cookie.split("; ").find((each) => each.startsWith("clinic-step-up="));
    const asked = await fetch(`${demo.url}/api/step-up`, { headers: { cookie: `${thief.cookie}; ${stolen}` } });
    expect(await asked.json()).toEqual({ until: null });
    await chloe.post("/step-up/end", {});
    expect(await chloe.get("/step-up")).toEqual({ until: null });
  });

  it("mails at most ten codes in an hour", async () => {
    const dina = await Visitor.signIn("dina");
    for (let count = 0; count < 10; count++) expect((await dina.post("/step-up/code", {})).status).toBe(201);
    expect(await answer(dina.post("/step-up/code", {}))).toBe("429 too many");
    ahead = 61 * MINUTE;
    expect((await dina.post("/step-up/code", {})).status).toBe(201);
  });
});

describe("the relay lets", () => {
  it("the operator remove a device at the word of its user or of an admin of the site, after a step-up", async () => {
    const [ada, ben, george, hana] = await Promise.all(["ada", "ben", "george", "hana"].map(Visitor.signIn));
    if (!ada || !ben || !george || !hana) throw new Error("nobody signed in");
    const { subject, operator } = await ada.me();
    const laptop = await ada.device();
    await laptop.create({ name: "Laptop" }, { operator: new Uint8Array(Buffer.from(operator, "hex")) });
    const [phone, tablet] = [await ada.device(), await ada.device()];
    await phone.join({ name: "Phone" });
    await tablet.join({ name: "Tablet" });
    const [lost, other] = [phone, tablet].map((each) => each.getSnapshot().devices?.me.member ?? "");
    for (const who of [ada, ben, george, hana]) expect(await refusal(who.expel(subject, lost ?? ""))).toBe("FORBIDDEN");
    await Promise.all([ada, ben, george, hana].map((who) => who.stepUp()));
    for (const who of [ben, hana]) expect(await refusal(who.expel(subject, lost ?? ""))).toBe("FORBIDDEN");
    expect(await ada.expel(subject, lost ?? "")).toEqual({ verdict: "accepted" });
    expect(await george.expel(subject, other ?? "")).toEqual({ verdict: "accepted" });
    expect(await ada.expel(subject, lost ?? "")).toMatchObject({ verdict: "refused", code: "UNKNOWN_MEMBER" });
    for (const each of [laptop, phone, tablet]) each.close();
  });

  it("an admin with the role add a device to the own site's escrow, after a step-up, and nobody else", async () => {
    const [ada, farah, george, hana] = await Promise.all(["ada", "farah", "george", "hana"].map(Visitor.signIn));
    if (!ada || !farah || !george || !hana) throw new Error("nobody signed in");
    const { escrowSubject } = await farah.me();
    expect((await george.me()).escrowSubject).toBe(escrowSubject);
    expect((await hana.me()).escrowSubject).not.toBe(escrowSubject);
    const tryCreate = async (who: Visitor) => {
      const session = await who.escrowDevice(escrowSubject);
      const done = session.create({ name: "Laptop" });
      // A refusal leaves the link in the store, to be sent later.
      await Promise.race([done.catch(() => undefined), session.sync().catch(() => undefined)]);
      const found = await fetch(`${demo.url}/keys/v1/subjects/${Buffer.from(escrowSubject).toString("base64url")}`, {
        headers: { cookie: ada.cookie },
      });
      session.close();
      await done.catch(() => undefined);
      return found.status;
    };
    for (const who of [ada, george, farah]) expect(await tryCreate(who)).toBe(404);
    await Promise.all([ada, george, hana].map((who) => who.stepUp()));
    for (const who of [ada, george]) expect(await tryCreate(who)).toBe(404);
    expect(await tryCreate(hana)).toBe(404);
    await farah.stepUp();
    expect(await tryCreate(farah)).toBe(200);
  });

  it("a page say for which site the escrow in a log stands, and when an account began anew", async () => {
    const hana = await Visitor.signIn("hana");
    await hana.stepUp();
    const { subject, escrowSubject } = await hana.me();
    const admin = await hana.escrowDevice(escrowSubject);
    await admin.create({ name: "Office" });
    await admin.enable(async ({ text, prove }) => {
      const [a = "", b = ""] = prove.map((group) => text.split("-")[group - 1] ?? "");
      return [a, b];
    });
    const desk = await hana.device(subject, escrowSubject);
    await desk.create({ name: "Desk" });
    await desk.sync();
    const [ask] = desk.getSnapshot().asks.filter(({ question }) => question === "confirm-escrow");
    const { token } = desk.compareEscrow(admin.getSnapshot().fingerprint?.digits ?? "");
    if (!ask || !token) throw new Error("nothing to acknowledge");
    await desk.answer(ask.id, { say: "confirmed", token });
    const shown = await hana.get<{ devices: { member: string; kind: string }[]; escrows: Record<string, string> }>(
      "/portal/devices",
    );
    const escrow = shown.devices.find(({ kind }) => kind === "escrow");
    expect(shown.escrows).toEqual({ [escrow?.member ?? ""]: "Harbour Quay" });

    const began = async () =>
      (await hana.get<{ subject: string; beganAnew: number | null }[]>("/escrow/people")).find(
        (each) => each.subject === subject,
      )?.beganAnew;
    expect(await began()).toBe(null);
    expect(await answer(hana.post("/portal/reset", {}))).toBe("201");
    expect(await began()).toBe(null);
    const anew = await hana.device();
    await anew.create({ name: "Anew" }, { unsafeReplace: true });
    await expect.poll(began, { timeout: 60_000 }).toBeTypeOf("number");
    for (const each of [admin, desk, anew]) each.close();
  });
});

describe("bad input", () => {
  let george: Visitor;
  beforeAll(async () => {
    george = await Visitor.signIn("george");
    await george.stepUp();
  });

  const POSTS = [
    ...["/step-up", "/portal/remove", "/portal/people/ben/site", "/portal/people/ben/role"],
    ...["/sign-in", "/items", "/items/notes", "/lies"],
  ];
  const BODIES = ["", "{", "null", "[]", "7", '"text"', `{"code":${"[".repeat(50)}`];

  it.each(POSTS)("to %s that is no object is refused, and changes nothing", async (path) => {
    const before = JSON.stringify([
      await george.get("/me"),
      await george.get("/portal/people"),
      await george.get("/items"),
    ]);
    for (const body of BODIES)
      expect([path, body, (await george.send("POST", path, body)).status]).toEqual([path, body, 400]);
    const after = JSON.stringify([
      await george.get("/me"),
      await george.get("/portal/people"),
      await george.get("/items"),
    ]);
    expect(after).toBe(before);
  });

  it("of wrong types is refused", async () => {
    const member = "0".repeat(32);
    const wrong: readonly (readonly [path: string, body: unknown])[] = [
      ...[1, null, ["0"], { length: 6 }, "0".repeat(400)].map((code) => ["/step-up", { code }] as const),
      ...[undefined, "phone", {}, [], [1], ["phone"], [null], ["A".repeat(32)], Array(257).fill(member)].map(
        (remove) => ["/portal/remove", { remove }] as const,
      ),
      ...[1, null, {}].map((account) => ["/portal/remove", { account, remove: [member] }] as const),
      ...[1, null, "", "elsewhere", "alder'--"].map((site) => ["/portal/people/ben/site", { site }] as const),
      ...[1, null, "yes", undefined].map((may) => ["/portal/people/ben/role", { mayAddEscrowDevices: may }] as const),
      ...[1, null, {}].map((account) => ["/sign-in", { account, password: PASSWORD }] as const),
      ...[1, null, {}].map((password) => ["/sign-in", { account: "ben", password }] as const),
      ...[undefined, null, {}, "id", [1], [null], ["0".repeat(400)], Array(101).fill("id")].map(
        (ids) => ["/items/notes", { ids }] as const,
      ),
    ];
    for (const [path, body] of wrong)
      expect([path, body, (await george.post(path, body)).status]).toEqual([path, body, 400]);
  });

  it("about notes that are nobody's or another's gets none", async () => {
    expect(await (await george.post("/items/notes", { ids: [] })).json()).toEqual({});
    expect(await (await george.post("/items/notes", { ids: ["nowhere", "'; --"] })).json()).toEqual({});
  });

  it("about other accounts is refused, and about one at another site as about one that is nowhere", async () => {
    const [ben, hana] = [await Visitor.signIn("ben"), await Visitor.signIn("hana")];
    await Promise.all([ben, hana].map((who) => who.stepUp()));
    const member = "0".repeat(32);
    const about = (who: Visitor, account: string) =>
      Promise.all([
        answer(who.send("GET", `/portal/people/${account}/devices`)),
        answer(who.post(`/portal/people/${account}/site`, { site: "harbour" })),
        answer(who.post(`/portal/people/${account}/role`, { mayAddEscrowDevices: true })),
        answer(who.post("/portal/remove", { account, remove: [member] })),
      ]);
    const none = Array.from({ length: 4 }, () => "404 none");
    for (const [who, account] of [
      [ben, "chloe"],
      [ben, "ben"],
      [hana, "ben"],
      [george, "dina"],
      [george, "nobody"],
      [george, "..%2Fdina"],
    ] as const)
      expect([account, await about(who, account)]).toEqual([account, none]);
    expect(await answer(george.post("/portal/people/george/role", { mayAddEscrowDevices: true }))).toBe("403 own role");
    expect(await answer(ben.send("GET", "/portal/people"))).toBe("403 role");
  });

  it("without a step-up every act is refused, and without a sign-in everything", async () => {
    const weak = await Visitor.signIn("george");
    const acts = [
      ["/portal/reset", {}],
      ["/portal/people/ben/site", { site: "harbour" }],
      ["/portal/people/ben/role", { mayAddEscrowDevices: true }],
      ["/portal/remove", { remove: ["0".repeat(32)] }],
      ["/portal/remove", { account: "ben", remove: ["0".repeat(32)] }],
    ] as const;
    for (const [path, body] of acts) expect([path, await answer(weak.post(path, body))]).toEqual([path, "403 step-up"]);
    const nobody = new Visitor();
    for (const [path, body] of [
      ...acts,
      ["/step-up", { code: "1" }],
      ["/step-up/code", {}],
      ["/portal/reset/end", {}],
    ] as const)
      expect([path, await answer(nobody.post(path, body))]).toEqual([path, "401 sign-in"]);
    for (const path of [
      "/me",
      "/mailbox",
      "/step-up",
      "/portal/devices",
      "/portal/people",
      "/portal/people/ben/devices",
    ])
      expect([path, await answer(nobody.send("GET", path))]).toEqual([path, "401 sign-in"]);
    expect(await answer(fetch(`${demo.url}/api/me`, { headers: { cookie: "clinic=%00; clinic-step-up=é" } }))).toBe(
      "401 sign-in",
    );
  });

  it("about escrow is refused without the role, and without a step-up", async () => {
    const [ben, farah] = [await Visitor.signIn("ben"), await Visitor.signIn("farah")];
    await ben.stepUp();
    const { subject } = await ben.me();
    const asked: readonly (readonly [method: string, page: string, body?: string])[] = [
      ["GET", "people"],
      ["GET", "made"],
      ["GET", `people/${subject}/items`],
      ["GET", `people/${subject}/items/x/note`],
      ["POST", "published", JSON.stringify({ digits: "12345 ".repeat(12).trim() })],
      ["POST", "made", JSON.stringify({ count: 1 })],
    ];
    for (const [who, refused] of [
      [ben, "403 role"],
      [farah, "403 step-up"],
    ] as const)
      for (const [method, page, body] of asked)
        expect([page, await answer(who.send(method, `/escrow/${page}`, body))]).toEqual([page, refused]);
    expect(await ben.get("/escrow/published")).toBe(null);
    await farah.stepUp();
    expect(await answer(farah.send("GET", `/escrow/people/${subject}/items`))).toBe("200");
  });

  it("has nothing to reset in an account without devices, and a reset that was taken back is none", async () => {
    const [chloe, emil] = [await Visitor.signIn("chloe"), await Visitor.signIn("emil")];
    await Promise.all([chloe, emil].map((who) => who.stepUp()));
    expect(await answer(chloe.post("/portal/reset", {}))).toBe("409 no devices");
    const desk = await emil.device();
    await desk.create({ name: "Desk" });
    expect(await answer(emil.post("/portal/reset", {}))).toBe("201");
    expect((await emil.me()).mayBeginAnew).toBe(true);
    expect(await answer(emil.post("/portal/reset/end", {}))).toBe("200");
    expect((await emil.me()).mayBeginAnew).toBe(false);
    const fresh = await emil.device();
    await fresh.sync();
    expect(await refusal(fresh.create({ name: "Fresh" }, { unsafeReplace: true }))).toBe("LOST_RACE");
    // A log without an operator, as old ones are: the portal says so, and the relay refuses.
    const shown = await emil.get<{ canRemove: boolean }>("/portal/devices");
    expect(shown.canRemove).toBe(false);
    await fresh.join({ name: "Fresh" });
    const member = fresh.getSnapshot().devices?.me.member ?? "";
    expect(await answer(emil.post("/portal/remove", { remove: [member] }))).toBe("409 LOG-4");
    for (const each of [desk, fresh]) each.close();
  });
});
