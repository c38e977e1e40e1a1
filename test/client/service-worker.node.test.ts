// A service worker opens content when a push arrives, while tabs have the session open, and when none has. Real browsers, a real
// service worker, the real relay over HTTP. Chromium delivers a real push; Firefox, which has no way to do so, a message.

import type { Browser, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MemberId } from "../../src/bytes/ids.js";
import { present } from "../../src/bytes/present.js";
import { utf8Encode } from "../../src/bytes/text.js";
import type { Session } from "../../src/client/session.js";
import { browsers, Site } from "./pages.js";

const site = new Site();
beforeAll(() => site.open());
afterAll(() => site.close());

/** What the service worker says that it read. */
const read = (count: number) =>
  new Promise<string[]>((resolve, reject) => {
    const texts: string[] = [];
    site.heard = (said) => {
      const { read, failed } = said as { readonly read?: string; readonly failed?: string };
      if (failed !== undefined) reject(new Error(failed));
      texts.push(read ?? "");
      if (texts.length === count) resolve(texts);
    };
  });

/** Installs the service worker. @returns delivers a push */
async function install(page: Page, name: string): Promise<(data: object) => Promise<void>> {
  const isChromium = name === "Chromium";
  const devtools = isChromium ? await page.context().newCDPSession(page) : undefined;
  const registration = new Promise<string>((resolve) => {
    devtools?.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
      for (const { registrationId } of registrations) resolve(registrationId);
    });
  });
  await devtools?.send("ServiceWorker.enable");
  await page.evaluate(async () => {
    await navigator.serviceWorker.register("/page-worker.js");
    await navigator.serviceWorker.ready;
  });
  if (!devtools) {
    return async (data) => {
      await page.evaluate(async (message) => (await navigator.serviceWorker.ready).active?.postMessage(message), data);
    };
  }
  const registrationId = await registration;
  return async (data) => {
    const push = { origin: site.origin, registrationId, data: JSON.stringify(data) };
    await devtools.send("ServiceWorker.deliverPushMessage", push);
  };
}

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

/** Another device of the account joins, and the page approves it. */
async function sender(page: Page, subject: string): Promise<Session> {
  const session = await site.device(subject);
  await session.join({ name: "Sender" });
  const { me, fingerprint } = present(session.getSnapshot().devices);
  await page.evaluate(
    async ([shown, member]) => {
      const { session } = keysteadApp;
      await session?.sync();
      const { token } = session?.compare(shown, member) ?? {};
      await session?.save({ approve: token ? [token] : [] });
    },
    [present(fingerprint), me.member as MemberId] as const,
  );
  await session.sync();
  return session;
}

describe.each(browsers)("in $name", ({ name, launch }) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it("a service worker opens content on a push, beside a tab that writes", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(site.origin);
    const place = { subject: `pushed in ${name}`, namespace: "pushed" };
    await page.evaluate(async (place) => {
      const session = await keysteadApp.open(place);
      await session.create({ name: "Tab" });
    }, place);
    const push = await install(page, name);
    const other = await sender(page, place.subject);
    const rounds = 10;
    for (let round = 0; round < rounds; round++) {
      // Keys that the tab has not seen, for content that the worker is to open, while the tab writes.
      await other.sync();
      if (round % 2 === 0) await other.rekey();
      const sealed = base64(await other.seal(utf8Encode(`news ${round}`), { purpose: "message" }));
      const arrived = read(1);
      const renaming = page.evaluate((name) => keysteadApp.session?.rename({ name }), `Tab ${round}`);
      await push({ ...place, sealed });
      expect(await arrived).toEqual([`news ${round}`]);
      await renaming;
    }
    expect(await page.evaluate(() => keysteadApp.look())).toMatchObject({
      ...{ status: "ready", pending: undefined, alarms: 0, evidence: 0, asks: [], name: "Tab 9" },
    });

    // Nobody has a session open: the worker finds everything in the store.
    await page.goto(`${site.origin}/empty`);
    const last = base64(await other.seal(utf8Encode("the last news"), { purpose: "message" }));
    const arrived = read(1);
    await push({ ...place, sealed: last });
    expect(await arrived).toEqual(["the last news"]);
    await other.sync();
    // One device of the page, and the sender; and each rename is there once.
    expect(other.log.active.size).toBe(2);
    expect([...other.log.links].filter(({ renamed }) => renamed !== undefined).length).toBe(rounds);
    await context.close();
  });
});
