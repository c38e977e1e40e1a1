// The routes about escrow, below `/api`, for somebody who is signed in. What admins do needs their role and a step-up.

import { type Context, Hono } from "hono";
import type { Account } from "./accounts.js";
import type { Escrow } from "./escrow.js";
import type { Portal } from "./portal.js";
import { bodyOf, refused, text, wrong } from "./requests.js";
import type { SealedItems } from "./sealed-items.js";

/** What the routes are made of. */
export interface EscrowApiParts {
  readonly portal: Portal;
  readonly escrow: Escrow;
  readonly items: SealedItems;
}

type Env = { Variables: { account: Account } };

/** How many people a site may have made up. */
const MOST = 1000;

/** The routes; a middleware before them sets the account. */
export function escrowApi({ portal, escrow, items }: EscrowApiParts): Hono<Env> {
  const app = new Hono<Env>();
  const asAdmin = async (c: Context<Env>): Promise<Account> => {
    const account = c.get("account");
    if (!account.mayAddEscrowDevices) throw refused(403, "role");
    if ((await portal.steppedUp(account, c.req.raw.headers)) === undefined) throw refused(403, "step-up");
    return account;
  };
  /** Somebody of the admin's own site. */
  const personOf = async (c: Context<Env>): Promise<Account> => {
    const { site } = await asAdmin(c);
    const person = await portal.accounts.withSubject(c.req.param("subject") ?? "");
    if (person?.site !== site) throw refused(404, "none");
    return person;
  };

  app.get("/escrow/published", async (c) => c.json((await escrow.published(c.get("account").site)) ?? null));
  app.post("/escrow/published", async (c) => {
    const admin = await asAdmin(c);
    const digits = text(await bodyOf(c), "digits");
    if (!/^(\d{5} ){11}\d{5}$/.test(digits)) throw wrong("digits as 12 groups of 5");
    await escrow.publish(admin, digits);
    return c.json({}, 201);
  });
  app.get("/escrow/fetched", async (c) => c.json(await escrow.fetches(c.get("account").subject)));

  app.get("/escrow/people", async (c) => {
    const { site } = await asAdmin(c);
    const began = await portal.resets.all();
    const people = await escrow.people(site);
    return c.json(people.map((person) => ({ ...person, beganAnew: began.get(person.subject) ?? null })));
  });
  app.get("/escrow/made", async (c) => c.json(await escrow.making((await asAdmin(c)).site)));
  app.post("/escrow/made", async (c) => {
    const { site } = await asAdmin(c);
    const { count } = await bodyOf(c);
    if (typeof count !== "number" || !Number.isInteger(count) || count < 1 || count > MOST)
      throw wrong(`count from 1 to ${MOST}`);
    if (!(await escrow.make(site, count))) throw refused(409, "not enabled");
    return c.json(await escrow.making(site), 202);
  });

  app.get("/escrow/people/:subject/items", async (c) => c.json(await items.list((await personOf(c)).subject)));
  app.get("/escrow/people/:subject/items/:id/note", async (c) => {
    const { subject } = await personOf(c);
    const id = c.req.param("id");
    const note = await items.note(subject, id);
    const kind = (await items.list(subject)).find((each) => each.id === id)?.kind;
    if (!note || !kind) throw refused(404, "none");
    await escrow.fetched(subject, c.get("account"), kind);
    return c.body(new Uint8Array(note), 200, {
      "content-type": "application/octet-stream",
      "cache-control": "no-store",
    });
  });
  return app;
}
