// The web portal: what somebody does by sign-in alone, in a browser that is no device, and what devices and colleagues make of it.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PASSWORD } from "../server/accounts.js";
import { seriousFaults } from "./axe.js";
import { shows } from "./phrases.js";
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

async function enterCode({ page }: Device, code: string): Promise<void> {
  await page.getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Confirm" }).click();
}

/** Has something arrive for the person who is signed in. @returns the server's answer */
const receive = async ({ context }: Device): Promise<number> =>
  (await context.request.post(`${world.url}/api/items`, { data: { kind: "mail" } })).status();

describe("a lost device", () => {
  let laptop: Device;
  let phone: Device;
  let web: Device;

  beforeAll(async () => {
    [laptop, phone] = [await world.browser(), await world.browser({ isPhone: true, theme: "dark" })];
    await laptop.enter("Ada Byrne", "Laptop");
    await phone.enter("Ada Byrne", "Phone");
    await laptop.approve("Phone", await phone.digits());
    await phone.items("open").nth(2).waitFor();
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
    world.expectRefusals("403 /api/step-up");
    await page.getByRole("button", { name: "Remove Laptop" }).click();
    expect(await page.getByRole("button", { name: "Remove it" }).count()).toBe(0);
    await page.getByRole("button", { name: "Mail me a code" }).click();
    await page.getByText("A code was mailed to you").waitFor();
    const code = await web.mailedCode();
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
    world.expectRefusals("403 /api/portal/remove");
    await page.getByRole("button", { name: "Mail another code" }).click();
    await page.getByLabel("Code").waitFor();
    await enterCode(web, await web.mailedCode());
    await page.getByRole("button", { name: "Remove it" }).waitFor();
    serverClock.ahead = 15 * MINUTE;
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByRole("button", { name: "Mail me a code" }).waitFor();
    expect(await laptop.page.getByText("was removed from your account").count()).toBe(0);
  });

  it("is removed after a step-up; nothing is sealed then, until a device comes online and changes the keys", async () => {
    await web.stepUp();
    await web.page.getByRole("button", { name: "Remove it" }).click();
    await shows("8: until then sealing says so", web.page.getByText("Nothing new is sealed for now"));
    await laptop.page.getByText("This device was removed from your account").waitFor();
    await laptop.page.getByText("The clinic's server removed it", { exact: false }).waitFor();
    expect(await receive(web)).toBe(409);
    await phone.page.goto("/");
    await shows("8: removal from the web rotates", web.page.getByText("A device has changed the keys"));
    expect(await receive(web)).toBe(201);
    await phone.items("open").nth(3).waitFor();
    await laptop.page.getByRole("button", { name: /^Keep reading older mail/ }).click();
    await laptop.go("Inbox");
    await laptop.items("locked").waitFor();
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
    const [old, ben] = [await world.browser(), await world.browser()];
    await old.enter("Chloé Martin", "Desk");
    await old.items("open").nth(2).waitFor();
    const web = await world.browser({ isPhone: true });
    await web.enter("Chloé Martin", "New phone");
    await ben.enter("Ben Okafor", "Desk");
    await ben.go("Colleagues");
    await ben.page.locator(".colleague").filter({ hasText: "Chloé Martin" }).click();
    await ben.page.getByLabel("Note to Chloé").fill("Is the delivery here?");
    await ben.page.getByRole("button", { name: "Seal and send" }).click();
    await ben.page.locator(".note[data-state=open]").filter({ hasText: "Is the delivery here?" }).waitFor();

    // In the browser that waits in the old account. The others ask for that account's log until they know the new one.
    world.expectRefusals("404 /keys/v1/logs/…/entries");
    await web.page.goto("/portal");
    await web.page.getByRole("button", { name: "Begin anew…" }).click();
    expect(await seriousFaults(web.page)).toEqual([]);
    await web.stepUp();
    await web.page.getByRole("button", { name: "Allow it for 15 minutes" }).click();
    await web.page.getByText(/Your account may begin anew until/).waitFor();
    await web.page.getByRole("link", { name: "Open the inbox" }).click();
    await web.page.getByRole("button", { name: "Forget the old keys" }).click();
    await web.page.getByLabel("Name of this device").fill("Only phone");
    expect(await seriousFaults(web.page)).toEqual([]);
    await web.page.getByRole("button", { name: "Begin anew" }).click();
    await web.items("open").nth(2).waitFor();
    await web.items("elsewhere").first().click();
    await web.page.getByText("This was sealed for another account").waitFor();

    await old.page.reload();
    await old.page.getByText("Your account was replaced by another one.").waitFor();
    // A colleague sees it on the page, and writes nothing before both have compared.
    await ben.page.getByText("Alarm: do not write to Chloé").waitFor();
    await ben.page.getByText("If Chloé tells you in another way that everything was lost").waitFor();
    expect(await ben.page.getByRole("button", { name: "Seal and send" }).isDisabled()).toBe(true);
    expect(await seriousFaults(ben.page)).toEqual([]);
    await web.go("Devices & Activity");
    const account = web.page.getByRole("list", { name: "Fingerprint of your account" });
    await ben.page.getByRole("button", { name: /^Compare/ }).click();
    await ben.page.getByLabel("What the other device shows").fill((await account.getAttribute("data-text")) ?? "");
    await ben.page.getByRole("dialog").getByRole("button", { name: "Compare", exact: true }).click();
    await ben.page.getByText("It is the account of Chloé.").waitFor();
    await ben.page.getByRole("button", { name: "Go on with the new account" }).click();
    await ben.page.getByText("You have compared fingerprints with Chloé.").waitFor();
    await ben.context.close();

    await old.page.getByRole("button", { name: "Yes, I did" }).click();
    expect(await seriousFaults(old.page)).toEqual([]);
    await old.page.getByRole("button", { name: "Erase this device" }).click();
    await old.page.getByRole("button", { name: "Add this device" }).click();
    await old.page.getByText("This device reads new mail only").waitFor();
    // Once: the permission to begin anew is used up.
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
    await george.stepUp();
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
    await desk.items("open").nth(2).waitFor();
    const me = async () => (await desk.context.request.get(`${world.url}/api/me`)).json();
    const before = await me();
    const hana = await visitor("Hana Kimura", {}, "people");
    await hana.page.getByRole("button", { name: "Devices of Dina Haddad" }).click();
    await hana.row("Desk").waitFor();
    expect(await seriousFaults(hana.page)).toEqual([]);
    await hana.page.getByRole("button", { name: "Close" }).last().click();
    await hana.page.getByRole("button", { name: "Manage Dina Haddad" }).click();
    await hana.page.getByLabel("Alder Street").check();
    await hana.stepUp();
    await hana.page.getByRole("button", { name: "Save" }).click();
    await hana.page.getByRole("heading", { name: "Dina Haddad", exact: true }).waitFor({ state: "detached" });
    const after = await me();
    expect(after).toMatchObject({ subject: before.subject, site: { name: "Alder Street" } });
    expect(after.escrowSubject).not.toBe(before.escrowSubject);
    await desk.page.reload();
    await desk.items("open").nth(2).waitFor();
    expect(await desk.page.locator(".item:not([data-state=open])").count()).toBe(0);
    expect(await receive(desk)).toBe(201);
    await desk.items("open").nth(3).waitFor();
    await Promise.all([desk, hana].map(({ context }) => context.close()));
  });
});

it("no page complained, and no browser refused to load anything", () => {
  expect(world.complaints).toEqual([]);
  expect(world.reports).toEqual([]);
});
