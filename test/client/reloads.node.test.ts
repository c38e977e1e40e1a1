// A page in a real browser is loaded again at random points, while a device lives in it on IndexedDB and over real HTTP: before a
// request arrived, before its answer came, and anywhere else. Nothing that was done is lost, nothing is done twice, and no second
// member appears.

import fc from "fast-check";
import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import type { Session } from "../../src/client/session.js";
import { timeout } from "../support/runs.js";
import { shortTurns } from "../support/turns.js";
import { checkHistory } from "./history.js";
import type { Deed, Orders, Said } from "./orders.js";
import { browsers, Site } from "./pages.js";

/** Reloads in each browser. */
const RELOADS = inject("runs") ?? 16;
/** Reloads of one device, before the next account begins. */
const RELOADS_OF_LIFE = 8;
/** What each of two pages does at the same time. */
const DEEDS_AT_ONCE = 12;

interface Moment {
  /** The number of a request of the page, and when: before the relay sees it, before its answer leaves, or so many turns later. */
  readonly request: number;
  readonly when: "unheard" | "unanswered" | "later";
  readonly turns: number;
  readonly deeds: readonly Deed[];
  /** Whether another tab of the same device settles what is pending, before the page does. */
  readonly twoTabs: boolean;
}
const deed = fc.constantFrom<Deed>("rename", "rename", "rekey", "backup-key", "seal");
const moment: fc.Arbitrary<Moment> = fc.record({
  request: fc.integer({ min: 1, max: 16 }),
  when: fc.constantFrom("unheard", "unanswered", "later"),
  turns: fc.nat(300),
  // One at least that sends something: otherwise its requests come to an end.
  deeds: fc.array(deed, { minLength: 2, maxLength: 2 }).map((more) => ["rename", ...more] as const),
  twoTabs: fc.boolean(),
});

const site = new Site();
beforeAll(() => site.open());
afterAll(() => site.close());

/** One account: the device in the page, and another one in this process. */
class Life {
  readonly said: Said[] = [];
  readonly #page: Page;
  readonly #subject: string;
  readonly #tablet: Session;

  private constructor(page: Page, subject: string, tablet: Session) {
    this.#page = page;
    this.#subject = subject;
    this.#tablet = tablet;
  }

  static async begin(page: Page, subject: string): Promise<Life> {
    const tablet = await site.device(subject);
    await tablet.create({ name: "Tablet" });
    return new Life(page, subject, tablet);
  }

  get #place() {
    return { subject: this.#subject, namespace: this.#subject.replaceAll(" ", "-") };
  }

  async reload({ request, when, turns, deeds, twoTabs }: Moment, run: number): Promise<void> {
    const orders: Orders = { subject: this.#subject, creates: false, names: `r${run}`, deeds };
    const reloaded = new Promise<void>((resolve, reject) => {
      // Not awaited where it is begun: the page waits for the answer that is held back.
      const reload = () => this.#page.goto(site.origin).then(() => resolve(), reject);
      let count = 0;
      site.around = async (_, pass) => {
        const isNow = ++count === request;
        if (isNow && when === "unheard") {
          void reload();
          await reloaded;
          return new Response(null, { status: 503 });
        }
        const answer = await pass();
        if (isNow && when === "unanswered") void reload();
        if (isNow && when === "later") {
          void (async () => {
            await shortTurns(turns);
            await reload();
          })();
        }
        return answer;
      };
      site.heard = (said) => {
        if ("failed" in (said as object)) reject(new Error((said as { readonly failed: string }).failed));
        else this.said.push(said as Said);
      };
    });
    await this.#page.evaluate((all) => keysteadApp.live(all), { ...orders, ...this.#place });
    await reloaded;
    site.around = (_, pass) => pass();
    if (twoTabs) {
      const other = await this.#page.context().newPage();
      await other.goto(site.origin);
      await Promise.all([this.#check(other), this.#check(this.#page)]);
      await other.close();
    }
    await this.#check(this.#page);
    // The next deeds begin on a page that has no session yet.
    await this.#page.goto(site.origin);
  }

  /**
   * Two pages of the same device each do so much at once, on one database.
   *
   * @returns what the pages did, by page
   */
  async together(pages: readonly [Page, Page], deeds: number): Promise<readonly number[]> {
    const counts = [0, 0];
    const names = ["a", "b"];
    await new Promise<void>((resolve, reject) => {
      site.heard = (said) => {
        if ("failed" in (said as object)) reject(new Error((said as { readonly failed: string }).failed));
        else this.said.push(said as Said);
        const { done, name } = said as { readonly done?: Deed; readonly name?: string };
        const at = names.indexOf(name?.split(".")[0] ?? "");
        if (done && at >= 0) counts[at] = (counts[at] ?? 0) + 1;
        if (counts.every((count) => count >= deeds)) resolve();
      };
      const orders = { ...this.#place, creates: false, deeds: ["rename", "rekey", "rename", "seal"] as const };
      for (const [at, page] of pages.entries()) {
        const all = { ...orders, deeds: [...orders.deeds], names: names[at] as string };
        page.evaluate((all) => keysteadApp.live(all), all).catch(reject);
      }
    });
    await Promise.all(pages.map((page) => page.goto(site.origin)));
    await Promise.all(pages.map((page) => this.#check(page)));
    const shown = await Promise.all(pages.map((page) => page.evaluate(() => keysteadApp.look())));
    expect(shown[1]).toEqual(shown[0]);
    return counts;
  }

  /** Opens the session in a page, which settles what is pending. */
  async #check(page: Page): Promise<void> {
    const shown = await page.evaluate(async (place) => {
      const session = await keysteadApp.open(place, { background: false });
      await session.sync();
      return keysteadApp.look();
    }, this.#place);
    expect(shown).toMatchObject({ pending: undefined, alarms: 0, evidence: 0 });
    expect(shown.asks.filter((question) => question === "copied" || question === "interrupted")).toEqual([]);
    const others = new Set([present(this.#tablet.getSnapshot().devices).me.member]);
    const ours = checkHistory({ subject: this.#subject, entries: await this.#entries(), said: this.said, others });
    expect(ours).toEqual(shown.standing === "active" ? [shown.member] : []);
  }

  async #entries(): Promise<readonly Uint8Array[]> {
    const page = await site.transport().read(this.#subject, { after: 0, attachments: "all" });
    expect(page?.entries.length).toBe(page?.newest);
    return page?.entries ?? [];
  }

  /** What the device sealed opens, here and there, and what its user wrote down is a backup key. */
  async end(): Promise<void> {
    await this.#check(this.#page);
    const shown = await this.#page.evaluate(() => {
      const devices = keysteadApp.session?.getSnapshot().devices;
      return { fingerprint: devices?.fingerprint, member: devices?.me.member };
    });
    await this.#tablet.sync();
    if (shown.fingerprint !== undefined) {
      const { token } = this.#tablet.compare(shown.fingerprint, shown.member as MemberId);
      await this.#tablet.save({ approve: token ? [token] : [] });
    }
    await this.#page.evaluate(() => keysteadApp.session?.sync());
    for (const said of this.said) {
      if ("sealed" in said) {
        const here = await this.#tablet.open(Uint8Array.from(atob(said.sealed), (each) => each.charCodeAt(0)));
        const there = await this.#page.evaluate(async (sealed) => {
          const bytes = await keysteadApp.session?.open(Uint8Array.from(atob(sealed), (each) => each.charCodeAt(0)));
          return [...(bytes ?? [])];
        }, said.sealed);
        expect(there).toEqual([...here]);
      }
      if ("paper" in said) expect(this.#tablet.checkBackupKey(said.paper).standing).toBe("active");
    }
    this.#tablet.close();
  }
}

describe.each(browsers)("in $name", ({ name, launch }) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it(`loses nothing over ${RELOADS} reloads`, { timeout: timeout(RELOADS) }, async () => {
    const moments = fc.sample(moment, RELOADS);
    for (let number = 0; moments.length > 0; number++) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(site.origin);
      const life = await Life.begin(page, `reloaded in ${name} ${number}`);
      for (const [run, next] of moments.splice(0, RELOADS_OF_LIFE).entries()) await life.reload(next, run);
      await life.end();
      await context.close();
    }
  });

  it("two pages that write at once lose nothing, and are one member", async () => {
    const context = await browser.newContext();
    const pages = [await context.newPage(), await context.newPage()] as const;
    await Promise.all(pages.map((page) => page.goto(site.origin)));
    const life = await Life.begin(pages[0], `two pages in ${name}`);
    // Both begin with no member: they join at once, too.
    const counts = await life.together(pages, DEEDS_AT_ONCE);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(DEEDS_AT_ONCE);
    await life.end();
    await context.close();
  }, 600_000);
});

/** Clears the storage of the site while its pages are open. */
const CLEARERS: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  async Chromium(page) {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Storage.clearDataForOrigin", { origin: site.origin, storageTypes: "all" });
  },
  // It has no such command: a page of the same site asks for it.
  async Firefox(page) {
    const other = await page.context().newPage();
    await other.goto(`${site.origin}/clear`);
    await other.close();
  },
};

it.each(browsers)(
  "a browser, $name, evicts the storage of an open page: said, and never a new device unasked",
  async ({ name, launch }) => {
    const browser = await launch();
    const page = await (await browser.newContext()).newPage();
    await page.goto(site.origin);
    const place = { subject: `evicted in ${name}`, namespace: "evicted" };
    const member = await page.evaluate(async (place) => {
      const session = await keysteadApp.open(place);
      await session.create({ name: "Tab" });
      return keysteadApp.look().member;
    }, place);
    await present(CLEARERS[name])(page);
    const refused = await page.evaluate(async () => {
      const error = await keysteadApp.session?.rename({ name: "Mine" }).catch((error) => error);
      return { code: error?.code, kind: error?.kind, reason: error?.details?.reason };
    });
    expect(refused).toEqual({ code: "STORE_UNAVAILABLE", kind: "not-now", reason: "closed" });
    await page.reload();
    const lost = await page.evaluate(
      async ([place, lastKnown]) => {
        await keysteadApp.open(place, { lastKnown });
        await keysteadApp.session?.sync();
        return keysteadApp.look().status;
      },
      [place, member as MemberId] as const,
    );
    expect(lost).toBe("lost");
    const log = await site.transport().read(place.subject, { after: 0, attachments: "none" });
    expect(log?.newest).toBe(1);
    await browser.close();
  },
);
