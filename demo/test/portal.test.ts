// The web portal: what somebody does by sign-in alone, in a browser that is no device, and what devices and colleagues make of it.

import { callerSealer, fetchTransport, memoryStore, openSession } from "keystead/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PASSWORD } from "../server/accounts.js";
import { seriousFaults } from "./axe.js";
import { type Device, type Setting, serverClock, World } from "./world.js";

const MINUTE = 60_000;
let world: World;

beforeAll(async () => {
  world = await World.open();
});
afterEach(() => {
  serverClock.ahead = 0;
});
afterAll(async () => await world?.close());

/** A browser that signs in to the portal, and is no device. */
async function visitor(name: string, setting: Setting = {}, page = "account"): Promise<Device> {
  const browser = await world.browser(setting);
  await browser.page.goto(`/portal#/${page}`);
  await browser.page.getByText(name).click();
  await browser.page.getByLabel("Password").fill(PASSWORD);
  await browser.page.getByRole("button", { name: "Sign in" }).click();
  await browser.page.getByRole("navigation", { name: "Portal" }).waitFor();
  return browser;
}

/** The code of the newest mail, as the mailbox shows it. */
async function mailedCode(browser: Device): Promise<string> {
  const tab = await browser.tab();
  await tab.goto("/portal#/mailbox");
  const title = await tab
    .getByRole("heading", { name: /^Your code is/ })
    .first()
    .textContent();
  await tab.close();
  return title?.replace(/\D/g, "") ?? "";
}

async function enterCode({ page }: Device, code: string): Promise<void> {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
}

async function confirm(browser: Device): Promise<void> {
  await browser.page.getByRole("button", { name: "Mail me a code" }).click();
  await browser.page.getByText("A code was mailed to you").waitFor();
  await enterCode(browser, await mailedCode(browser));
  await browser.page.getByLabel("Code").waitFor({ state: "detached" });
}

/** Has something arrive for the person who is signed in. @returns the server's answer */
const receive = async ({ context }: Device): Promise<number> =>
  (await context.request.post(`${world.url}/api/items`, { data: { kind: "mail" } })).status();

const open = (device: Device) => device.page.locator(".item[data-state=open]");

describe("a lost device", () => {
  let laptop: Device;
  let phone: Device;
  let web: Device;

  beforeAll(async () => {
    [laptop, phone] = [await world.browser(), await world.browser({ isPhone: true, theme: "dark" })];
    await laptop.enter("Ada Byrne", "Laptop");
    await phone.enter("Ada Byrne", "Phone");
    await laptop.approve("Phone", await phone.digits());
    await open(phone).nth(2).waitFor();
    await phone.page.goto("about:blank");
    web = await visitor("Ada Byrne");
  });

  it("is seen in the portal, which has no keys", async () => {
    await web.row("Laptop").waitFor();
    expect(await web.row("Phone").textContent()).toContain("Approved by Laptop");
    expect(await web.page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0);
    expect(await seriousFaults(web.page)).toEqual([]);
  });

  it("is not removed without a code, by a wrong one, or by one that is too old", async () => {
    const { page } = web;
    await page.getByRole("button", { name: "Remove Laptop" }).click();
    expect(await page.getByRole("button", { name: "Remove it" }).count()).toBe(0);
    await page.getByRole("button", { name: "Mail me a code" }).click();
    await page.getByText("A code was mailed to you").waitFor();
    const code = await mailedCode(web);
    await enterCode(web, code === "000000" ? "111111" : "000000");
    await page.getByText("That is not the code").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    serverClock.ahead = 10 * MINUTE;
    await enterCode(web, code);
    await page.getByText("This code is too old").waitFor();
    expect(await page.getByRole("button", { name: "Remove it" }).count()).toBe(0);
  });

  it("is not removed when the step-up has ended meanwhile, also where the page does not know that", async () => {
    const { page } = web;
    await page.getByRole("button", { name: "Mail another code" }).click();
    await page.getByLabel("Code").waitFor();
    await enterCode(web, await mailedCode(web));
    await page.getByRole("button", { name: "Remove it" }).waitFor();
    serverClock.ahead = 15 * MINUTE;
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByRole("button", { name: "Mail me a code" }).waitFor();
    expect(await laptop.page.getByText("was removed from your account").count()).toBe(0);
  });

  it("is removed after a step-up; nothing is sealed then, until a device comes online and changes the keys", async () => {
    await confirm(web);
    await web.page.getByRole("button", { name: "Remove it" }).click();
    await web.page.getByText("Nothing new is sealed for now").waitFor();
    await laptop.page.getByText("This device was removed from your account").waitFor();
    await laptop.page.getByText("The clinic's server removed it", { exact: false }).waitFor();
    expect(await receive(web)).toBe(409);
    await phone.page.goto("/");
    await web.page.getByText("A device has changed the keys").waitFor();
    expect(await receive(web)).toBe(201);
    await open(phone).nth(3).waitFor();
    await laptop.page.getByRole("button", { name: /^Keep reading older mail/ }).click();
    await laptop.go("Inbox");
    await laptop.page.locator(".item[data-state=locked]").waitFor();
    await web.page.getByText("The last device cannot be removed.").waitFor();
    expect(await seriousFaults(web.page)).toEqual([]);
  });

  it("is in the mailbox: what was mailed, newest first", async () => {
    await web.page.getByRole("link", { name: "Mailbox" }).click();
    await web.page.getByRole("heading", { name: "A device was removed in the web portal" }).waitFor();
    const titles = await web.page.locator(".mail h2").allTextContents();
    expect(titles[0]).toBe("A device was removed in the web portal");
    expect(titles.at(-1)).toBe("A new device asks to be added: Phone");
    for (const colorScheme of ["light", "dark"] as const) {
      await web.page.emulateMedia({ colorScheme });
      expect(await seriousFaults(web.page)).toEqual([]);
    }
  });
});

describe("an account that lost everything", () => {
  it("begins anew; the old device, and a colleague who knew it, get an alarm", async () => {
    const [old, ben] = [await world.browser(), await visitor("Ben Okafor")];
    await old.enter("Chloé Martin", "Desk");
    await open(old).nth(2).waitFor();
    const web = await world.browser({ isPhone: true });
    await web.enter("Chloé Martin", "New phone");
    const { subject } = await (await web.context.request.get(`${world.url}/api/me`)).json();
    const colleague = await session(ben);
    await colleague.create({ name: "Ben" });
    await colleague.track(subject);

    // In the browser that waits in the old account.
    await web.page.goto("/portal");
    await web.page.getByRole("button", { name: "Begin anew…" }).click();
    expect(await seriousFaults(web.page)).toEqual([]);
    await confirm(web);
    await web.page.getByRole("button", { name: "Allow it for 15 minutes" }).click();
    await web.page.getByText(/Your account may begin anew until/).waitFor();
    await web.page.getByRole("link", { name: "Open the inbox" }).click();
    await web.page.getByRole("button", { name: "Forget the old keys" }).click();
    await web.page.getByLabel("Name of this device").fill("Only phone");
    expect(await seriousFaults(web.page)).toEqual([]);
    await web.page.getByRole("button", { name: "Begin anew" }).click();
    await open(web).nth(2).waitFor();
    await web.page.locator(".item[data-state=elsewhere]").first().click();
    await web.page.getByText("This was sealed for another account").waitFor();

    await old.page.reload();
    await old.page.getByText("Your account was replaced by another one.").waitFor();
    await colleague.refreshContacts();
    expect(colleague.getSnapshot().contacts).toMatchObject([{ news: "alarm", change: { status: "replaced" } }]);
    const bytes = new TextEncoder().encode("hello");
    await expect(colleague.seal(bytes, { purpose: "note", to: [subject] })).rejects.toMatchObject({
      code: "CONTACT_CHANGED",
    });
    colleague.close();

    await old.page.getByRole("button", { name: "Yes, I did" }).click();
    expect(await seriousFaults(old.page)).toEqual([]);
    await old.page.getByRole("button", { name: "Erase this device" }).click();
    await old.page.getByRole("button", { name: "Add this device" }).click();
    await old.page.getByText("This device reads new mail only").waitFor();
    // Once: the leave to begin anew is used up.
    const again = await (await web.context.request.get(`${world.url}/api/me`)).json();
    expect(again.mayBeginAnew).toBe(false);
  });
});

describe("administrators", () => {
  it("are refused without the role, by the page and by the server", async () => {
    const emil = await visitor("Emil Sørensen", { theme: "dark" }, "people");
    await emil.page.getByText("This page is for administrators").waitFor();
    expect(await emil.page.getByRole("link", { name: "People" }).count()).toBe(0);
    expect((await emil.context.request.get(`${world.url}/api/portal/people`)).status()).toBe(403);
    expect(await seriousFaults(emil.page)).toEqual([]);
    await emil.context.close();
  });

  it("say who may add escrow devices, and never of themselves", async () => {
    const george = await visitor("George Lind", { isPhone: true }, "people");
    const { page } = george;
    await page.getByRole("button", { name: "Manage George Lind" }).click();
    expect(await page.getByLabel("May add escrow devices").isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Manage Ben Okafor" }).click();
    await page.getByLabel("May add escrow devices").check();
    await confirm(george);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Save" }).click();
    await page.locator(".row").filter({ hasText: "Ben Okafor" }).getByText("May add escrow devices").waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFaults(page)).toEqual([]);
    }
    const ben = await visitor("Ben Okafor", {}, "mailbox");
    await ben.page.getByRole("heading", { name: "You may add escrow devices" }).waitFor();
    await Promise.all([george, ben].map(({ context }) => context.close()));
  });

  it("move an account to another site: it keeps its devices and its mail, and follows the other site's escrow", async () => {
    const desk = await world.browser();
    await desk.enter("Dina Haddad", "Desk");
    await open(desk).nth(2).waitFor();
    const me = async () => (await desk.context.request.get(`${world.url}/api/me`)).json();
    const before = await me();
    const hana = await visitor("Hana Kimura", {}, "people");
    await hana.page.getByRole("button", { name: "Devices of Dina Haddad" }).click();
    await hana.row("Desk").waitFor();
    expect(await seriousFaults(hana.page)).toEqual([]);
    await hana.page.getByRole("button", { name: "Close" }).last().click();
    await hana.page.getByRole("button", { name: "Manage Dina Haddad" }).click();
    await hana.page.getByLabel("Alder Street").check();
    await confirm(hana);
    await hana.page.getByRole("button", { name: "Save" }).click();
    await hana.page.getByRole("heading", { name: "Dina Haddad", exact: true }).waitFor({ state: "detached" });
    const after = await me();
    expect(after).toMatchObject({ subject: before.subject, site: { name: "Alder Street" } });
    expect(after.escrowSubject).not.toBe(before.escrowSubject);
    await desk.page.reload();
    await open(desk).nth(2).waitFor();
    expect(await desk.page.locator(".item:not([data-state=open])").count()).toBe(0);
    expect(await receive(desk)).toBe(201);
    await open(desk).nth(3).waitFor();
    await Promise.all([desk, hana].map(({ context }) => context.close()));
  });
});

it("no page complained, and no browser refused to load anything", () => {
  expect(world.complaints).toEqual([]);
  expect(world.reports).toEqual([]);
});

/** A device of the person who is signed in, without a page. */
async function session({ context }: Device) {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const { subject } = await (await context.request.get(`${world.url}/api/me`)).json();
  return await openSession({
    ...{ subject, store: memoryStore(), background: false },
    sealer: await callerSealer(crypto.getRandomValues(new Uint8Array(32))),
    transport: fetchTransport({ url: `${world.url}/keys`, headers: { cookie } }),
  });
}
