// The clinic's own server: sign-in, the sealed inbox, and the relay that is mounted beside it.

import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { AccessRequest, RequestLike } from "keystead/relay";
import { type Account, type Accounts, ORGANISATION, PASSWORD } from "./accounts.js";
import type { PostRoom } from "./post-room.js";
import type { Part, SealedItems } from "./sealed-items.js";

const COOKIE = "clinic";

/** What the app server is made of. */
export interface ApiParts {
  readonly accounts: Accounts;
  readonly items: SealedItems;
  readonly post: PostRoom;
  /** Whether an account has a key log: its first device opens one, and every other device joins. */
  readonly hasLog: (subject: string) => Promise<boolean>;
  /** Told of what a browser refused to load. */
  readonly reported: (report: string) => void;
}

type Env = { Variables: { account: Account } };

/** The routes below `/api`. */
export function api({ accounts, items, post, hasLog, reported }: ApiParts): Hono<Env> {
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
    setCookie(c, COOKIE, token, { httpOnly: true, sameSite: "Strict", path: "/", maxAge: 30 * 86_400 });
    return c.json({});
  });

  app.use(async (c, next) => {
    const account = await accounts.signedIn(getCookie(c, COOKIE));
    if (!account) return c.json({ error: "sign-in" }, 401);
    c.set("account", account);
    return await next();
  });
  app.post("/sign-out", async (c) => {
    await accounts.signOut(getCookie(c, COOKIE) ?? "");
    setCookie(c, COOKIE, "", { path: "/", maxAge: 0 });
    return c.json({});
  });
  app.get("/me", async (c) => {
    const account = c.get("account");
    const { subject } = account;
    return c.json({ ...publicly(account), subject, organisation: ORGANISATION, hasLog: await hasLog(subject) });
  });
  app.get("/items", async (c) => c.json(await items.list(c.get("account").subject)));
  app.post("/items", async (c) => {
    const { kind } = await c.req.json<Record<string, unknown>>();
    await post.receive(c.get("account").subject, kind === "mail" ? "mail" : "voicemail");
    return c.json({}, 201);
  });
  app.get("/items/:id/:part", async (c) => {
    const { id, part } = c.req.param();
    if (part !== "note" && part !== "recording") return c.json({ error: "none" }, 404);
    return await ranged(c.req.header("range"), (range) =>
      items.read(c.get("account").subject, id, part as Part, range),
    );
  });
  return app;
}

function publicly({ account, name, role }: Account) {
  return { account, name, role };
}

async function ranged(
  header: string | undefined,
  read: (range?: readonly [number, number]) => Promise<Uint8Array | undefined>,
): Promise<Response> {
  const [, from, last] = /^bytes=(\d{1,9})-(\d{1,9})$/.exec(header ?? "") ?? [];
  const range = from === undefined ? undefined : ([Number(from), Number(last) + 1] as const);
  const bytes = await read(range);
  if (!bytes) return Response.json({ error: "none" }, { status: 404 });
  return new Response(new Uint8Array(bytes), {
    status: range ? 206 : 200,
    headers: { "content-type": "application/octet-stream", "cache-control": "no-store" },
  });
}

/** Decides what no signature proves: the relay asks the app's own sign-in. */
export function authorizer(accounts: Accounts, service: string) {
  return async (ask: AccessRequest, { headers }: RequestLike): Promise<boolean> => {
    // The post room reads public logs, without names of devices, and that is all it may do.
    if (headers.get("authorization") === `Bearer ${service}`)
      return ask.action === "read" && ask.attachments === "none";
    const account = await accounts.signedIn(tokenIn(headers.get("cookie")));
    if (!account) return false;
    switch (ask.action) {
      case "create":
      case "join":
      case "read":
        return ask.subject === account.subject;
      default:
        return false;
    }
  };
}

function tokenIn(cookies: string | null): string | undefined {
  return new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(cookies ?? "")?.[1];
}
