// The clinic's own server: sign-in, the sealed inbox, and the relay that is mounted beside it.

import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { KeysteadError } from "keystead";
import type { AccessRequest, RequestLike } from "keystead/relay";
import { type Account, type Accounts, ORGANISATION, PASSWORD } from "./accounts.js";
import { LIES, type Liar, type LieName } from "./liar.js";
import { type Messages, messageRoutes } from "./messages.js";
import type { Papers } from "./papers.js";
import type { PostRoom } from "./post-room.js";
import type { SealedItems } from "./sealed-items.js";

const COOKIE = "clinic";

/** Each device of `/d/NAME` has a sign-in of its own, so that one page can show several people; until then it has the browser's. */
function cookieOf(headers: Pick<Headers, "get">): string {
  const slot = headers.get("x-device") ?? "";
  return /^[\w-]{1,40}$/.test(slot) ? `${COOKIE}.${slot}` : COOKIE;
}

function tokenOf(headers: Pick<Headers, "get">): string | undefined {
  const cookies = headers.get("cookie");
  return tokenIn(cookies, cookieOf(headers)) ?? tokenIn(cookies, COOKIE);
}

/** What the app server is made of. */
export interface ApiParts {
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
export function api({ accounts, items, post, liar, messages, papers, hasLog, reported }: ApiParts): Hono<Env> {
  const app = new Hono<Env>().basePath("/api");

  app.get("/people", async (c) => {
    const people = await accounts.all();
    return c.json({ organisation: ORGANISATION, password: PASSWORD, people: people.map(publicly) });
  });
  app.post("/csp-report", async (c) => {
    reported(await c.req.text());
    return c.body(null, 204);
  });
  app.post("/sign-in", async (c) => {
    const { account, password } = await c.req.json<Record<string, unknown>>();
    const token = await accounts.signIn(String(account), String(password));
    if (token === undefined) return c.json({ error: "wrong" }, 403);
    setCookie(c, cookieOf(c.req.raw.headers), token, {
      httpOnly: true,
      sameSite: "Strict",
      path: "/",
      maxAge: 30 * 86_400,
    });
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
    // An empty cookie: this device is signed out, and does not fall back to the browser's sign-in.
    const isOwn = tokenIn(headers.get("cookie"), cookieOf(headers)) !== undefined || cookieOf(headers) === COOKIE;
    if (isOwn) await accounts.signOut(tokenOf(headers) ?? "");
    setCookie(c, cookieOf(headers), "", { httpOnly: true, sameSite: "Strict", path: "/", maxAge: 30 * 86_400 });
    return c.json({});
  });
  app.get("/me", async (c) => {
    const account = c.get("account");
    const { subject } = account;
    const made = { hasLog: await hasLog(subject), papers: await papers.of(account.account) };
    return c.json({ ...publicly(account), subject, organisation: ORGANISATION, ...made });
  });
  app.get("/items", async (c) => c.json(await items.list(c.get("account").subject)));
  app.post("/items", async (c) => {
    const { kind } = await c.req.json<Record<string, unknown>>();
    try {
      await post.receive(c.get("account").subject, kind === "mail" ? "mail" : "voicemail");
    } catch (error) {
      // A device left, and still knows the keys: nothing is sealed before another device has changed them.
      if (KeysteadError.from(error)?.code !== "ROTATION_DUE") throw error;
      return c.json({ error: "rotation" }, 409);
    }
    return c.json({}, 201);
  });
  app.get("/items/:id/note", async (c) => {
    const { subject } = c.get("account");
    const all = (await items.list(subject)).filter(({ kind }) => kind === "mail").map(({ id }) => id);
    const id = c.req.param("id");
    const note = await items.note(subject, all.includes(id) ? liar.shown(subject, id, all) : id);
    if (!note) return c.json({ error: "none" }, 404);
    return c.body(new Uint8Array(note), 200, {
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
    });
  });

  app.route("/", messageRoutes(accounts, messages, hasLog));

  app.get("/lies", (c) => c.json({ on: liar.lieOf(c.get("account").subject) ?? null }));
  app.post("/lies", async (c) => {
    const { on } = await c.req.json<Record<string, unknown>>();
    const { subject } = c.get("account");
    if (on === "join") await liar.join(subject);
    else
      await liar.turn(
        subject,
        LIES.find((each: LieName) => each === on),
        c.req.raw.headers,
      );
    return c.json({ on: liar.lieOf(subject) ?? null });
  });
  return app;
}

function publicly({ account, name, role }: Account) {
  return { account, name, role };
}

/** Tells one device from another: by the sign-in, and by what the page says of itself. */
export function deviceOf(headers: Headers): string {
  return `${tokenOf(headers)} ${headers.get("x-device")}`;
}

/** Decides what no signature proves: the relay asks the app's own sign-in. */
export function authorizer(accounts: Accounts, { service, liar }: { readonly service: string; readonly liar: string }) {
  return async (ask: AccessRequest, { headers }: RequestLike): Promise<boolean> => {
    // The post room reads public logs, without names of devices, and stores what it sealed: that is all it may do.
    if (headers.get("authorization") === `Bearer ${service}`)
      return ask.action === "read" ? ask.attachments === "none" : ["heads", "storeBlob"].includes(ask.action);
    if (headers.get("authorization") === `Bearer ${liar}`) return true;
    const account = await accounts.signedIn(tokenOf(headers));
    if (!account) return false;
    switch (ask.action) {
      case "read":
        // Colleagues seal to each other's public logs. Names of devices are nobody else's.
        return ask.attachments === "none" || ask.subject === account.subject;
      case "create":
      case "join":
      case "readBlob":
        return ask.subject === account.subject;
      default:
        return false;
    }
  };
}

function tokenIn(cookies: string | null, name: string): string | undefined {
  const found = cookies?.split("; ").find((each) => each.startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}
