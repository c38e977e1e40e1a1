// The clinic's own server: sign-in, the sealed inbox, and the relay that is mounted beside it.

import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { KeysteadError } from "keystead";
import type { AccessRequest, RequestLike } from "keystead/relay";
import { type Account, type Accounts, ORGANISATION, PASSWORD } from "./accounts.js";
import { type EscrowApiParts, escrowApi } from "./escrow-api.js";
import { LIES, type Liar, type LieName } from "./liar.js";
import { type Messages, messageRoutes } from "./messages.js";
import type { Papers } from "./papers.js";
import { cookieOf, type Portal, SIGN_IN, STEP_UP } from "./portal.js";
import { type PortalApiParts, portalApi } from "./portal-api.js";
import type { PostRoom } from "./post-room.js";
import { bodyOf, text, texts } from "./requests.js";
import type { SealedItems } from "./sealed-items.js";

/** How many notes a page may ask for in one request. */
const MOST_NOTES = 100;

/** Each device of `/d/NAME` has a sign-in of its own, so that one page can show several people; until then it has the browser's. */
function cookieNameOf(headers: Pick<Headers, "get">): string {
  const slot = headers.get("x-device") ?? "";
  return /^[\w-]{1,40}$/.test(slot) ? `${SIGN_IN}.${slot}` : SIGN_IN;
}

function tokenOf(headers: Pick<Headers, "get">): string | undefined {
  const cookies = headers.get("cookie");
  return cookieOf(cookies, cookieNameOf(headers)) ?? cookieOf(cookies, SIGN_IN);
}

/** What the app server is made of. */
export interface ApiParts extends PortalApiParts, EscrowApiParts {
  readonly accounts: Accounts;
  readonly items: SealedItems;
  readonly post: PostRoom;
  readonly liar: Liar;
  readonly messages: Messages;
  readonly papers: Papers;
  /** Whether an account has a key log: its first device opens one, and every other device joins. */
  readonly hasLog: (subject: string) => Promise<boolean>;
  /** Gets what a browser refused to load. */
  readonly reported: (report: string) => void;
}

type Env = { Variables: { account: Account } };

/** The routes below `/api`. */
export function api(parts: ApiParts): Hono<Env> {
  const { accounts, items, post, liar, messages, papers, hasLog, reported, portal } = parts;
  const app = new Hono<Env>().basePath("/api");

  app.get("/people", async (c) => {
    const people = await accounts.all();
    const sites = new Map((await accounts.sites()).map(({ site, name }) => [site, name]));
    const shown = people.map((each) => ({ ...publicly(each), site: sites.get(each.site) }));
    return c.json({ organisation: ORGANISATION, password: PASSWORD, people: shown });
  });
  app.post("/csp-report", async (c) => {
    reported(await c.req.text());
    return c.body(null, 204);
  });
  app.post("/sign-in", async (c) => {
    const body = await bodyOf(c);
    const token = await accounts.signIn(text(body, "account"), text(body, "password"));
    if (token === undefined) return c.json({ error: "wrong" }, 403);
    const until = { httpOnly: true, sameSite: "Strict", path: "/", maxAge: 30 * 86_400 } as const;
    setCookie(c, cookieNameOf(c.req.raw.headers), token, until);
    return c.json({});
  });

  app.use(async (c, next) => {
    const account = await accounts.signedIn(tokenOf(c.req.raw.headers));
    if (!account) return c.json({ error: "sign-in" }, 401);
    c.set("account", account);
    return await next();
  });
  app.post("/sign-out", async (c) => {
    const { headers } = c.req.raw;
    const name = cookieNameOf(headers);
    const signIn = cookieOf(headers.get("cookie"), name) ?? "";
    await portal.stepUps.end({ signIn });
    await accounts.signOut(signIn);
    // An empty cookie: a device of `/d/NAME` is signed out, and does not fall back to the browser's sign-in.
    setCookie(c, name, "", { path: "/", maxAge: name === SIGN_IN ? 0 : 30 * 86_400 });
    if (name === SIGN_IN) setCookie(c, STEP_UP, "", { path: "/", maxAge: 0 });
    return c.json({});
  });
  app.get("/me", async (c) => {
    const account = c.get("account");
    const { subject, isPortalAdmin, mayAddEscrowDevices } = account;
    const { site, name, escrowSubject } = await accounts.siteOf(account);
    return c.json({
      ...{ ...publicly(account), subject, isPortalAdmin, mayAddEscrowDevices, escrowSubject, site: { site, name } },
      ...{ organisation: ORGANISATION, operator: Buffer.from(portal.operator.signingKey).toString("hex") },
      ...{ hasLog: await hasLog(subject), papers: await papers.of(account.account) },
      escrowPapers: mayAddEscrowDevices ? await papers.of(escrowSubject) : [],
      mayBeginAnew: (await portal.resets.until(subject)) !== undefined,
    });
  });
  app.get("/items", async (c) => c.json(await items.list(c.get("account").subject)));
  app.post("/items", async (c) => {
    const { kind } = await bodyOf(c);
    try {
      await post.receive(c.get("account").subject, kind === "mail" ? "mail" : "voicemail");
    } catch (error) {
      // A device left, and still knows the keys: nothing is sealed before another device has changed them.
      if (KeysteadError.from(error)?.code !== "ROTATION_DUE") throw error;
      return c.json({ error: "rotation" }, 409);
    }
    return c.json({}, 201);
  });
  app.post("/items/notes", async (c) => {
    const { subject } = c.get("account");
    const ids = texts(await bodyOf(c), "ids", MOST_NOTES);
    const mails = (await items.list(subject)).filter(({ kind }) => kind === "mail").map(({ id }) => id);
    const shown = new Map(ids.map((id) => [id, mails.includes(id) ? liar.shown(subject, id, mails) : id]));
    const notes = await items.notes(subject, [...shown.values()]);
    const found = ids.flatMap((id) => {
      const note = notes.get(shown.get(id) ?? id);
      return note ? [[id, Buffer.from(note).toString("base64")]] : [];
    });
    return c.json(Object.fromEntries(found), 200, { "cache-control": "no-store" });
  });

  app.route("/", messageRoutes(accounts, messages, hasLog));

  app.get("/lies", (c) => c.json({ on: liar.lieOf(c.get("account").subject) ?? null }));
  app.post("/lies", async (c) => {
    const { on } = await bodyOf(c);
    const account = c.get("account");
    const { subject } = account;
    const { escrowSubject } = await accounts.siteOf(account);
    if (on === "join") await liar.join(subject);
    else
      await liar.turn(
        { subject, escrowSubject },
        LIES.find((each: LieName) => each === on),
        c.req.raw.headers,
      );
    return c.json({ on: liar.lieOf(subject) ?? null });
  });
  app.route("/", portalApi(parts));
  app.route("/", escrowApi(parts));
  return app;
}

function publicly({ account, name, role }: Account) {
  return { account, name, role };
}

/** Tells one device from another: by the sign-in, and by what the page says of itself. */
export function deviceOf(headers: Headers): string {
  return `${tokenOf(headers)} ${headers.get("x-device")}`;
}

/** By which the parts of this process name themselves to the relay. Made at each start. */
export interface RelayTokens {
  readonly service: string;
  readonly liar: string;
  readonly reader: string;
  readonly maker: string;
}

/** Decides what no signature proves: the relay asks the app's own sign-in. */
export function authorizer(portal: Portal, { service, liar, reader, maker }: RelayTokens) {
  return async (ask: AccessRequest, { headers }: RequestLike): Promise<boolean> => {
    // The post room reads public logs, without names of devices, and stores what it sealed: that is all it may do.
    if (headers.get("authorization") === `Bearer ${service}`)
      return ask.action === "read" ? ask.attachments === "none" : ["heads", "storeBlob"].includes(ask.action);
    if (headers.get("authorization") === `Bearer ${liar}`) return true;
    // Makes people up: it begins logs of nobody's, and reads the escrow log that they enroll.
    if (headers.get("authorization") === `Bearer ${maker}`) {
      if (ask.action === "read") return ask.attachments === "none";
      return (
        ["create", "join"].includes(ask.action) && "subject" in ask && !(await portal.accounts.withSubject(ask.subject))
      );
    }
    // The portal draws the devices of accounts, and does nothing in this name: it removes in the name of the user who is signed in.
    if (headers.get("authorization") === `Bearer ${reader}`) return ask.action === "read";
    const account = await portal.accounts.signedIn(tokenOf(headers));
    if (!account) return false;
    switch (ask.action) {
      case "create":
      case "join":
      case "read":
      case "readBlob":
        // Colleagues seal to each other's public logs. Names of devices are nobody else's.
        if (ask.action === "read" && ask.attachments === "none") return true;
        if (ask.subject === account.subject) return true;
    }
    return await portal.allows(account, ask, headers);
  };
}
