// The routes of the portal, the mailbox and the step-up, below `/api`, for somebody who is signed in.

import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { KeysteadError, type MemberId } from "keystead";
import type { Transport } from "keystead/client";
import { type PortalTransport, parseMemberId } from "keystead/server";
import type { Account } from "./accounts.js";
import { type Portal, SIGN_IN, STEP_UP } from "./portal.js";
import { RESET_LASTS } from "./portal-resets.js";
import { STEP_UP_LASTS } from "./portal-step-up.js";
import { bodyOf, refused, text, wrong } from "./requests.js";

/** What the routes are made of. */
export interface PortalApiParts {
  readonly portal: Portal;
  /** Reads the logs of all accounts, names of devices too. */
  readonly logs: Transport;
  /** The relay, asked with the cookies of a request: `authorize` decides, and not this file. */
  readonly relayFor: (headers: Headers) => PortalTransport;
}

type Env = { Variables: { account: Account } };
type Here = Context<Env>;

/** The routes; a middleware before them sets the account. */
export function portalApi({ portal, logs, relayFor }: PortalApiParts): Hono<Env> {
  const { accounts, mail, stepUps, resets } = portal;
  const app = new Hono<Env>();
  const sessionOf = (c: Here) => ({ account: c.get("account").account, signIn: getCookie(c, SIGN_IN) ?? "" });
  const requireStepUp = async (c: Here) => {
    if ((await portal.steppedUp(c.get("account"), c.req.raw.headers)) === undefined) throw refused(403, "step-up");
  };
  /** Somebody whom the one who is signed in may manage: an admin's own site, and never the admin. */
  const managed = async (c: Here, name: string): Promise<Account> => {
    const found = await accounts.named(name);
    // An account elsewhere is as unknown as one that is nowhere.
    if (!found || !(await portal.manages(c.get("account"), found.subject))) throw refused(404, "none");
    return found;
  };

  app.get("/mailbox", async (c) => c.json(await mail.list(c.get("account").account)));

  app.get("/step-up", async (c) =>
    c.json({ until: (await portal.steppedUp(c.get("account"), c.req.raw.headers)) ?? null }),
  );
  app.post("/step-up/code", async (c) => {
    if (!(await stepUps.sendCode(sessionOf(c)))) throw refused(429, "too many");
    return c.json({}, 201);
  });
  app.post("/step-up", async (c) => {
    const entered = await stepUps.enter(sessionOf(c), text(await bodyOf(c), "code"));
    if (entered.result !== "right") throw refused(403, entered.result);
    const maxAge = STEP_UP_LASTS / 1000;
    setCookie(c, STEP_UP, entered.token, { httpOnly: true, sameSite: "Strict", path: "/", maxAge });
    return c.json({ until: entered.until });
  });
  app.post("/step-up/end", async (c) => {
    await stepUps.end(sessionOf(c));
    setCookie(c, STEP_UP, "", { path: "/", maxAge: 0 });
    return c.json({});
  });

  app.get("/portal/devices", async (c) => {
    const { subject } = c.get("account");
    const devices = await portal.devicesOf(logs, subject);
    return c.json({ ...(devices ?? { devices: null }), resetUntil: (await resets.until(subject)) ?? null });
  });
  app.post("/portal/remove", async (c) => {
    const body = await bodyOf(c);
    const name = body["account"];
    const user = name === undefined ? c.get("account") : await managed(c, text(body, "account"));
    await remove(relayFor(c.req.raw.headers), user.subject, membersIn(body["remove"]));
    return c.json({}, 201);
  });
  app.post("/portal/reset", async (c) => {
    await requireStepUp(c);
    const { account, subject } = c.get("account");
    if (!(await portal.devicesOf(logs, subject))) throw refused(409, "no devices");
    const until = await resets.allow(subject);
    await mail.send(account, { about: "reset-allowed", minutes: RESET_LASTS / 60_000 });
    return c.json({ until }, 201);
  });
  app.post("/portal/reset/end", async (c) => {
    await resets.end(c.get("account").subject);
    return c.json({});
  });

  app.get("/portal/people", async (c) => {
    const { isPortalAdmin, mayAddEscrowDevices, site } = c.get("account");
    if (!isPortalAdmin && !mayAddEscrowDevices) throw refused(403, "role");
    const people = (await accounts.all()).filter((each) => each.site === site);
    const sites = (await accounts.sites()).map(({ site, name }) => ({ site, name }));
    return c.json({ people, sites });
  });
  app.get("/portal/people/:account/devices", async (c) => {
    const { subject } = await managed(c, c.req.param("account"));
    return c.json((await portal.devicesOf(logs, subject)) ?? { devices: null });
  });
  app.post("/portal/people/:account/site", async (c) => {
    const user = await managed(c, c.req.param("account"));
    const site = text(await bodyOf(c), "site");
    const to = (await accounts.sites()).find((each) => each.site === site);
    if (!to) throw wrong("the name of a site");
    await requireStepUp(c);
    await accounts.move(user.account, to.site);
    await mail.send(user.account, { about: "moved", site: to.name });
    return c.json({});
  });
  app.post("/portal/people/:account/role", async (c) => {
    const user = await managed(c, c.req.param("account"));
    const { mayAddEscrowDevices: may } = await bodyOf(c);
    if (typeof may !== "boolean") throw wrong("mayAddEscrowDevices as true or false");
    // Four eyes: nobody lets himself in.
    if (user.account === c.get("account").account) throw refused(403, "own role");
    await requireStepUp(c);
    await accounts.letAddEscrowDevices(user.account, may);
    await mail.send(user.account, { about: "role", mayAddEscrowDevices: may });
    return c.json({});
  });
  return app;
}

/** @throws an answer: 403 without a step-up, 409 with the code of what stands against it */
async function remove(relay: PortalTransport, subject: string, members: readonly MemberId[]): Promise<void> {
  try {
    const publication = await relay.expel(subject, members);
    if (publication.verdict === "refused") throw refused(409, publication.rule ?? publication.code);
  } catch (error) {
    if (KeysteadError.from(error)?.code === "FORBIDDEN") throw refused(403, "step-up");
    throw error;
  }
}

/** @throws an answer 400 */
function membersIn(value: unknown): readonly MemberId[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > 256) throw wrong("remove as a list of devices");
  try {
    return value.map(parseMemberId);
  } catch {
    throw wrong("remove as a list of devices");
  }
}
