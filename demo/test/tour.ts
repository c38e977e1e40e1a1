// Leads through every window of the demo in real browsers. The tests judge what is seen on the way, and the script of the pictures keeps it.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { PASSWORD } from "../server/accounts.js";
import {
  acknowledge,
  enableEscrow,
  goToEscrow,
  makePeople,
  openTab,
  publishFingerprint,
  setUpEscrow,
  typeDigits,
  writePaper,
} from "./escrow-world.js";
import type { Looks } from "./looks.js";
import type { Device, Setting, World } from "./world.js";

/** A part of the tour, in a world of its own. */
export type Chapter = (world: World, looks: Looks) => Promise<void>;

const PHONE: Setting = { isPhone: true };
const openItem = ({ page }: Device, name: string) => page.locator(".item").filter({ hasText: name }).first().click();
const button = ({ page }: Device, name: string | RegExp) => page.getByRole("button", { name });
const inDialog = ({ page }: Device, name: string | RegExp) => page.getByRole("dialog").getByRole("button", { name });
const isClosed = ({ page }: Device) => page.getByRole("dialog").waitFor({ state: "detached" });
const arrives = (device: Device) => button(device, "A letter").click();

async function leave(device: Device): Promise<void> {
  await device.page.keyboard.press("Escape");
  await isClosed(device);
}

async function lie(device: Device, name: string): Promise<void> {
  await device.go("Dishonest server");
  await device.page.locator(`.lie[data-lie=${name}]`).getByRole("button").click();
}

const beHonest = async (device: Device) => {
  await device.go("Dishonest server");
  await button(device, "Be honest again").click();
  await device.page.getByText("The server is honest now").waitFor();
};

/** A server that does not answer what is asked at the start. */
async function seeTrouble(world: World, { page }: Device, see: () => Promise<void>): Promise<void> {
  world.expectRefusals("503 /api/me");
  await page.route("**/api/me", (route) => route.fulfill({ status: 503, body: "" }));
  await page.reload();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await see();
  await page.unroute("**/api/me");
}

const devices: Chapter = async (world, looks) => {
  const laptop = await world.browser();
  const { page } = laptop;
  await page.goto("/");
  await page.getByText("Ada Byrne").waitFor();
  await looks.see(page, "sign-in");
  await laptop.signIn("Ada Byrne");
  await looks.see(page, "first-device");
  await page.getByLabel("Name of this device").fill("Laptop");
  await button(laptop, "Set up this device").click();
  await laptop.items("open").nth(2).waitFor();
  await looks.see(page, "inbox");
  await openItem(laptop, "Welcome");
  await page.getByText("opened on this device").waitFor();
  await looks.see(page, "letter");
  await page.goto("/#/inbox");
  await openItem(laptop, "Voice message");
  await button(laptop, "Play").click();
  await page.locator(".played").nth(8).waitFor();
  await button(laptop, "Pause").click();
  await looks.see(page, "voice");

  const phone = await world.browser(PHONE);
  await phone.signIn("Ada Byrne");
  await looks.see(phone.page, "join");
  await phone.page.getByLabel("Name of this device").fill("Phone");
  await button(phone, "Add this device").click();
  await phone.items("locked").nth(2).waitFor();
  await looks.see(phone.page, "waiting");
  await button(phone, "Hide them").click();
  await button(phone, "Account and settings").click();
  await looks.see(phone.page, "menu");
  await button(phone, "Account and settings").click();
  await openItem(phone, "Locked");
  await phone.page.getByText("cannot open this yet").waitFor();
  await looks.see(phone.page, "locked-letter");
  await phone.go("Devices & Activity");

  await laptop.go("Devices & Activity");
  await button(laptop, "Review activity").waitFor();
  await looks.see(page, "devices-pending");
  await looks.open(page, button(laptop, "Review activity"), "review");
  await looks.see(page, "review");
  await page.getByRole("tab", { name: "Scan" }).click();
  await page.getByText("Type what the other device shows.").waitFor();
  await looks.see(page, "review-camera");
  await page.getByRole("tab", { name: "Seven digits" }).click();
  await phone.go("Inbox");
  await button(phone, "Compare seven digits").click();
  await button(laptop, "Begin").click();
  await button(laptop, "Yes, the same").waitFor();
  await phone.page.locator(".seven").waitFor();
  await looks.see(phone.page, "digits");
  await looks.see(page, "review-digits");
  await button(laptop, "No, others").click();
  await page.getByText("Do not approve").waitFor();
  await looks.see(page, "review-differs");
  await page.getByRole("tab", { name: "Type or paste" }).click();
  await button(phone, "Show its 60 digits and QR code").click();
  await page.getByLabel("What the other device shows").fill(await phone.digits());
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByText("The digits match").waitFor();
  await looks.see(page, "review-match");
  await inDialog(laptop, /^Approve /).click();
  await isClosed(laptop);
  await page.getByText("Approved by").waitFor();

  await looks.open(page, laptop.row("Laptop").getByRole("button", { name: "Rename" }), "rename");
  await looks.see(page, "rename");
  await leave(laptop);
  await looks.open(page, laptop.row("Laptop").getByRole("button", { name: "Remove this device" }), "remove-mine");
  await looks.see(page, "remove-mine");
  await leave(laptop);
  await looks.open(page, laptop.row("Phone").getByRole("button", { name: "Remove" }), "remove");
  await looks.see(page, "remove");
  await leave(laptop);
};

const papers: Chapter = async (world, looks) => {
  const [laptop, phone] = [await world.browser(), await world.browser(PHONE)];
  const { page } = laptop;
  await laptop.enter("Ada Byrne", "Laptop");
  await phone.enter("Ada Byrne", "Phone");
  await laptop.approve("Phone", await phone.digits());
  await phone.items("open").nth(2).waitFor();
  await laptop.go("Backup keys");
  await page.getByText("You have no backup key").waitFor();
  await looks.see(page, "backup-none");
  await looks.open(page, button(laptop, "New backup key"), "backup-name");
  await looks.see(page, "backup-name");
  await button(laptop, "Make it").click();
  await button(laptop, "I have it on paper").waitFor();
  await looks.see(page, "backup-write");
  await leave(laptop);
  await page.getByRole("link", { name: "Show it again" }).waitFor();
  await looks.see(page, "backup-unproved");
  await page.getByRole("link", { name: "Show it again" }).click();
  const text = (await page.getByRole("list", { name: "Your backup key" }).getAttribute("data-text")) ?? "";
  await button(laptop, "I have it on paper").click();
  await looks.see(page, "backup-prove");
  await page.getByRole("button", { name: "See it again" }).click();
  await writePaper(laptop);
  await page.getByText("Your backup key is ready").waitFor();
  await looks.see(page, "backup-done");
  await button(laptop, "Close").last().click();
  await page.getByText("Your backup keys").waitFor();
  await looks.see(page, "backup");
  await looks.open(page, button(laptop, "Check a paper key"), "drill");
  await page.getByRole("textbox", { name: "Backup key" }).fill(text);
  await page.getByText("It is Paper in the safe.").waitFor();
  await looks.see(page, "drill");
  await leave(laptop);
  await laptop.go("Devices & Activity");
  await looks.see(page, "devices");

  const tablet = await world.browser();
  await tablet.enter("Ada Byrne", "Tablet");
  await looks.open(tablet.page, button(tablet, "Use a backup key"), "use-backup-key");
  const wrong = text.replace(/.$/, (last) => (last === "7" ? "8" : "7"));
  await tablet.page.getByRole("textbox", { name: "Backup key" }).fill(wrong);
  await tablet.page.getByText("Corrected").waitFor();
  await tablet.page.getByLabel("Phone").check();
  await looks.see(tablet.page, "use-backup-key");
  await button(tablet, "Open my mail").click();
  await tablet.items("open").nth(2).waitFor();

  await phone.page.getByText("was removed from your account").waitFor();
  await looks.see(phone.page, "removed");
  await button(phone, /^Keep reading older mail/).click();
  await phone.items("open").nth(2).waitFor();
  await looks.see(phone.page, "reading");
  await button(phone, "Join again").click();
  await button(phone, "Bring it back").waitFor();
  await looks.see(phone.page, "reclaim");
  await phone.context.close();

  const watch = await world.browser(PHONE);
  await watch.enter("Ada Byrne", "Watch");
  await tablet.approve("Watch", await watch.digits());
  await laptop
    .row("Watch")
    .getByText(/Tablet/)
    .waitFor();
  await laptop.row("Tablet").getByRole("button", { name: "Remove" }).click();
  await button(laptop, "Remove it").click();
  await page.getByText("was approved only by what you have removed").waitFor();
  await looks.see(page, "remove-also");
};

const odd: Chapter = async (world, looks) => {
  const [desk, spare] = [await world.browser(), await world.browser()];
  await desk.enter("Emil Sørensen", "Desk");
  await desk.items("open").nth(2).waitFor();
  await desk.go("Devices & Activity");
  await button(desk, "Switch lockdown on").click();
  await desk.page.getByText("receives nothing until you approve it").waitFor();
  await looks.see(desk.page, "lockdown");
  await button(desk, "Switch lockdown off").click();
  await button(desk, "Switch lockdown on").waitFor();
  await spare.enter("Emil Sørensen", "Spare");
  await desk.context.close();
  const { page } = spare;
  await spare.go("Devices & Activity");
  await spare.row("Desk").getByRole("button", { name: "Remove" }).click();
  await page.getByText("It alone holds the keys of").waitFor();
  await looks.see(page, "remove-lost");
  await button(spare, "Remove it").click();
  await page.locator(".line").filter({ hasText: "lost" }).first().waitFor();
  await looks.see(page, "devices-lost");
  await seeTrouble(world, spare, () => looks.see(page, "trouble"));

  const third = await world.browser();
  await third.enter("Emil Sørensen", "Third");
  const tab = await third.tab();
  await tab.goto("/#/devices");
  await tab.getByRole("button", { name: "Remove this device" }).click();
  await tab.getByRole("button", { name: "Remove this device and sign out" }).click();
  await tab.getByLabel("Name of this device").waitFor();
  await button(third, "Try again").waitFor();
  await looks.see(third.page, "closed");

  const lost = await world.browser();
  await lost.enter("Dina Haddad", "Laptop");
  await lost.items("open").nth(2).waitFor();
  await lost.page.goto("/leaf.svg");
  await lost.page.evaluate(async () => {
    for (const { name = "" } of await indexedDB.databases())
      await new Promise((gone) => {
        indexedDB.deleteDatabase(name).onsuccess = gone;
      });
  });
  await lost.page.goto("/");
  await lost.page.getByText("This device lost its keys").waitFor();
  await looks.see(lost.page, "lost-keys");

  // A profile is copied, and the copy takes fresh keys.
  const profiles = mkdtempSync(join(tmpdir(), "keystead-profiles-"));
  const [own, copied] = [join(profiles, "own"), join(profiles, "copy")];
  const before = await world.profile(own);
  await before.enter("George Lind", "Desk");
  await before.items("open").nth(2).waitFor();
  await before.context.close();
  cpSync(own, copied, { recursive: true });
  const [first, copy] = [await world.profile(own), await world.profile(copied)];
  await first.page.goto("/#/devices");
  await first.rename("Office");
  await copy.page.goto("/#/devices");
  await button(copy, "Take fresh keys").waitFor();
  await looks.see(copy.page, "copied");
  await button(copy, "Take fresh keys").click();
  await first.page.getByText("A copy of this device took over its keys").waitFor();
  await looks.see(first.page, "superseded");
  await button(first, /^Keep reading older mail Opens what this copy could open/).click();
  await first.page.getByText("This one reads older mail, and receives nothing new").waitFor();
  for (const { context } of [first, copy]) await context.close();
  rmSync(profiles, { recursive: true });
};

const lies: Chapter = async (world, looks) => {
  const [laptop, phone] = [await world.browser(), await world.browser(PHONE)];
  const { page } = laptop;
  await laptop.enter("Chloé Martin", "Laptop");
  await phone.enter("Chloé Martin", "Phone");
  await laptop.approve("Phone", await phone.digits());
  await phone.items("open").nth(2).waitFor();
  await laptop.go("Dishonest server");
  await looks.see(page, "lies");
  await lie(laptop, "swap");
  await page.getByText("The server lies").waitFor();
  await looks.see(page, "lies-on");
  await page.goto("/#/inbox");
  await page.reload();
  await laptop.items("damaged").nth(1).click();
  await page.getByText("This is not what was sealed for you").waitFor();
  await looks.see(page, "damaged-letter");
  await beHonest(laptop);

  const stranger = await world.browser();
  await stranger.enter("Chloé Martin", "Stranger");
  await phone.go("Devices & Activity");
  await button(phone, "Review activity").waitFor();
  await lie(laptop, "withhold");
  await button(laptop, "Be honest again").waitFor();
  await laptop.go("Devices & Activity");
  await button(laptop, "Review activity").click();
  await inDialog(laptop, /^Remove Stranger/).click();
  await isClosed(laptop);
  await laptop.go("Inbox");
  await arrives(laptop);
  await laptop.items("open").nth(3).waitFor();
  await phone.page.goto("/#/inbox");
  await phone.page.reload();
  await phone.items("withheld").click();
  await phone.page.getByText("The server hides changes of your devices").waitFor();
  await looks.see(phone.page, "withheld-letter");
  await beHonest(laptop);

  await lie(laptop, "replace");
  await page.getByText("Your account was replaced").first().waitFor();
  await looks.see(page, "lies-alarm");
  await page.goto("/#/inbox");
  await page.getByRole("heading", { name: "The server contradicts itself" }).waitFor();
  await looks.see(page, "alarm");
};

const people: Chapter = async (world, looks) => {
  const [ben, dina] = [await world.browser(), await world.browser(PHONE)];
  const { page } = ben;
  const chat = async (device: Device, name: string) => {
    await device.go("Colleagues");
    await device.page.locator(".colleague").filter({ hasText: name }).click();
    await device.page.getByRole("heading", { level: 2, name }).waitFor();
  };
  const write = async (device: Device, text: string) => {
    await device.page.getByLabel(/^Note to /).fill(text);
    await button(device, "Seal and send").click();
    await device.page.locator(".note[data-state=open]").filter({ hasText: text }).waitFor();
  };
  await ben.enter("Ben Okafor", "Desk");
  await dina.enter("Dina Haddad", "Phone");
  await ben.go("Colleagues");
  await page.locator(".colleague").first().waitFor();
  await looks.see(page, "people");
  await chat(ben, "Dina Haddad");
  await write(ben, "Could you see Mr. Herrera's father for his balance, twice a week?");
  await chat(dina, "Ben Okafor");
  await dina.page.locator(".note[data-state=open]").first().waitFor();
  await write(dina, "Gladly. Mondays and Thursdays at ten.");
  await page.locator(".note[data-state=open]").nth(1).waitFor();
  await looks.see(page, "conversation");
  await looks.open(page, button(ben, "Compare fingerprints"), "people-compare");
  await looks.see(page, "people-compare");
  await leave(ben);
  const stranger = await world.browser();
  await stranger.enter("Dina Haddad", "Stranger");
  await page.getByText("Dina's devices changed").waitFor();
  await looks.see(page, "people-changed");
  await ben.go("Inbox");
  await page.getByRole("link", { name: "Look at it" }).waitFor();
  await looks.see(page, "people-asked");
  await page.getByRole("link", { name: "Look at it" }).click();
  await lie(dina, "replace");
  await page.getByText("Alarm: do not write to Dina").waitFor();
  await page.getByText("Evidence", { exact: true }).click();
  await looks.see(page, "people-alarm");
};

/** A browser that signs in to the portal, and is no device. */
async function visitor(world: World, name: string, page = "account", setting: Setting = {}): Promise<Device> {
  const browser = await world.browser(setting);
  await browser.page.goto(`/portal#/${page}`);
  await browser.page.getByText(name).click();
  await browser.page.getByLabel("Password").fill(PASSWORD);
  await button(browser, "Sign in").click();
  await browser.page.getByRole("navigation", { name: "Portal" }).waitFor();
  return browser;
}

async function enterCode(browser: Device): Promise<void> {
  const mails = await browser.tab();
  await mails.goto("/portal#/mailbox");
  const code = await mails
    .getByRole("heading", { name: /^Your code is/ })
    .first()
    .textContent();
  await mails.close();
  await browser.page.getByLabel("Code").fill(code?.replace(/\D/g, "") ?? "");
  await button(browser, "Confirm").click();
}

const portal: Chapter = async (world, looks) => {
  const [desk, spare] = [await world.browser(), await world.browser()];
  await desk.enter("Ben Okafor", "Desk");
  await spare.enter("Ben Okafor", "Lost phone");
  const web = await visitor(world, "Ben Okafor");
  const { page } = web;
  await button(web, "Remove Lost phone").waitFor();
  await looks.see(page, "portal");
  await looks.open(page, button(web, "Remove Lost phone"), "portal-remove");
  await looks.see(page, "portal-remove");
  await button(web, "Mail me a code").click();
  await page.getByLabel("Code").waitFor();
  await looks.see(page, "portal-code");
  await desk.page.goto("about:blank");
  await enterCode(web);
  await button(web, "Remove it").click();
  await page.getByText("Nothing new is sealed for now").waitFor();
  await looks.see(page, "portal-keys-due");
  await page.goto("/portal#/mailbox");
  await page.getByRole("heading", { name: "A device was removed in the web portal" }).waitFor();
  await looks.see(page, "portal-mailbox");
  await seeTrouble(world, web, () => looks.see(page, "portal-trouble"));

  // Somebody who lost everything begins anew, and finds the old device later.
  const [old, fresh] = [await world.browser(), await world.browser(PHONE)];
  await old.enter("Chloé Martin", "Desk");
  await old.items("open").nth(2).waitFor();
  await fresh.enter("Chloé Martin", "New phone");
  await fresh.page.goto("/portal");
  await looks.open(fresh.page, button(fresh, "Begin anew…"), "portal-begin-anew");
  await looks.see(fresh.page, "portal-begin-anew");
  await button(fresh, "Mail me a code").click();
  await fresh.page.getByLabel("Code").waitFor();
  await enterCode(fresh);
  await button(fresh, "Allow it for 15 minutes").click();
  await fresh.page.getByText(/Your account may begin anew until/).waitFor();
  await looks.see(fresh.page, "portal-may-begin");
  await fresh.page.getByRole("link", { name: "Open the inbox" }).click();
  await button(fresh, "Forget the old keys").waitFor();
  await looks.see(fresh.page, "leave-old-account");
  await button(fresh, "Forget the old keys").click();
  await button(fresh, "Begin anew").waitFor();
  await looks.see(fresh.page, "anew");
  await button(fresh, "Begin anew").click();
  await fresh.items("open").nth(2).waitFor();
  await fresh.items("elsewhere").first().click();
  await fresh.page.getByText("This was sealed for another account").waitFor();
  await looks.see(fresh.page, "letter-of-another-account");
  await old.page.reload();
  await button(old, "Yes, I did").click();
  await looks.see(old.page, "alarm-replaced");

  const emil = await visitor(world, "Emil Sørensen", "people");
  await emil.page.getByText("This page is for administrators").waitFor();
  await looks.see(emil.page, "portal-refused");
  const george = await visitor(world, "George Lind", "people", PHONE);
  await button(george, "Manage Ben Okafor").waitFor();
  await looks.see(george.page, "portal-people");
  await looks.see(george.page, "portal-menu");
  await looks.open(george.page, button(george, "Devices of Ben Okafor"), "portal-devices-of");
  await george.row("Desk").waitFor();
  await looks.see(george.page, "portal-devices-of");
  await leave(george);
  await looks.open(george.page, button(george, "Manage Ben Okafor"), "portal-manage");
  await looks.see(george.page, "portal-manage");
};

const escrow: Chapter = async (world, looks) => {
  const [farah, ada] = [await world.browser(), await world.browser()];
  const { page } = farah;
  await farah.enter("Farah Nasser", "Laptop");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Escrow" }).click();
  await button(farah, "Mail me a code").waitFor();
  await looks.see(page, "escrow-step-up");
  await goToEscrow(farah);
  await button(farah, "Set up escrow").waitFor();
  await looks.see(page, "escrow-first");
  await setUpEscrow(farah);
  await looks.see(page, "escrow-needs");
  await looks.open(page, button(farah, "Make the backup key and enable"), "escrow-enable");
  await looks.see(page, "escrow-enable");
  await leave(farah);
  await enableEscrow(farah);
  await button(farah, "Publish it").waitFor();
  await looks.see(page, "escrow-publish");
  await publishFingerprint(farah);
  await looks.see(page, "escrow-devices");

  await ada.enter("Ada Byrne", "Laptop");
  await ada.items("open").nth(2).waitFor();
  await button(ada, "Compare and acknowledge").waitFor();
  await looks.see(ada.page, "escrow-ask");
  await ada.page.goto("/#/notice");
  await ada.page.getByRole("list", { name: "The published fingerprint" }).waitFor();
  await looks.see(ada.page, "notice");
  await looks.open(ada.page, button(ada, "Compare and acknowledge"), "acknowledge");
  await typeDigits(ada, "12345 ".repeat(12));
  await ada.page.getByText("Do not acknowledge it.").waitFor();
  await looks.see(ada.page, "acknowledge");
  await leave(ada);
  await acknowledge(ada);
  await ada.go("Devices & Activity");
  await ada.page.getByText("Administrators can restore your mail when you lost every device.").waitFor();
  await looks.see(ada.page, "organisation");
  await ada.page.goto("/#/escrow");
  await ada.page.getByText("Your account has no role for escrow").waitFor();
  await looks.see(ada.page, "escrow-no-role");
  await ada.context.close();

  // Ada's only device is lost; an administrator restores her.
  const phone = await world.browser(PHONE);
  await phone.enter("Ada Byrne", "Phone");
  await phone.items("locked").nth(2).waitFor();
  const person = async (name: string) => {
    await openTab(farah, "Coverage");
    await page.getByRole("radio", { name: /^All/ }).check({ force: true });
    await page.getByRole("link", { name }).click();
    await page.getByRole("heading", { level: 2, name, exact: true }).waitFor();
  };
  await openTab(farah, "Coverage");
  await button(farah, /^Check/).click();
  await person("Ada Byrne");
  await page
    .locator("[data-status=pending]")
    .or(page.locator(".row").filter({ hasText: "Phone" }))
    .first()
    .waitFor();
  await looks.open(page, button(farah, "Recover"), "recover");
  await typeDigits(farah, "12345 ".repeat(12));
  await page.getByText("Stop. It is another device").waitFor();
  await looks.see(page, "recover-differs");
  await typeDigits(farah, await phone.digits());
  await page.getByText("The digits match").waitFor();
  await page.getByLabel("Reason").fill("Laptop stolen");
  await page.getByLabel("Case or ticket, if there is one").fill("311");
  await looks.see(page, "recover");
  await button(farah, "Record and recover").click();
  await page.getByText("reads everything that escrow covers").first().waitFor();
  await looks.see(page, "recovered");
  await button(farah, "Close").last().click();
  await phone.items("open").nth(2).waitFor();
  await arrives(phone);
  await phone.items("open").nth(3).waitFor();
  await looks.open(page, button(farah, "Open data"), "discover");
  await page.getByRole("dialog").getByRole("checkbox").first().check();
  await page.getByLabel("Legal ground, or reason").fill("Court order 7");
  await looks.see(page, "discover");
  await button(farah, "Record and open").click();
  await page.getByText("Recorded. 3 items open out of 4.").waitFor();
  await looks.see(page, "discovered");
  await button(farah, "Close and wipe the keys").click();
  await openTab(farah, "Recoveries & accesses");
  await page.getByRole("row").filter({ hasText: "Court order 7" }).waitFor();
  await looks.see(page, "escrow-records");

  // The server hides the newest history of escrow from the phone. So nobody seems to stand by what an administrator does meanwhile.
  await lie(phone, "escrow");
  await button(phone, "Be honest again").waitFor();
  const tablet = await world.browser();
  await tablet.enter("Ada Byrne", "Tablet");
  const shownByTablet = await tablet.digits();
  await person("Ada Byrne");
  await button(farah, "Recover").click();
  await page.getByRole("dialog").getByRole("checkbox", { name: /Phone/ }).uncheck();
  await typeDigits(farah, shownByTablet);
  await page.getByText("The digits match").waitFor();
  await page.getByLabel("Reason").fill("She asked for it");
  await button(farah, "Record and recover").click();
  await page.getByText("reads everything that escrow covers").first().waitFor();
  await button(farah, "Close").last().click();
  await phone.go("Devices & Activity");
  await phone.page.getByText("Tablet came in by an approval in escrow's name").waitFor();
  await looks.see(phone.page, "doubted");
  await looks.open(phone.page, button(phone, "Answer"), "whose");
  await looks.see(phone.page, "whose");
  await inDialog(phone, "Remove Tablet").click();
  await isClosed(phone);
  await tablet.page.getByText("was removed from your account").waitFor();
  await tablet.context.close();
  await beHonest(phone);

  // A second administrator's device, and its end.
  const desk = await world.browser();
  await desk.enter("Farah Nasser", "Desk");
  await goToEscrow(desk);
  await desk.page.getByLabel("Name of this escrow device").fill("Second desk");
  await looks.see(desk.page, "escrow-join");
  await button(desk, "Ask to join").click();
  await desk.page.getByText("Waiting for approval by the administrators").waitFor();
  await looks.see(desk.page, "escrow-waiting");
  await openTab(farah, "Devices");
  await looks.open(page, button(farah, "Review escrow devices"), "admit");
  const shown = await desk.page.getByLabel("Digits of this escrow device").getAttribute("data-text");
  await typeDigits(farah, shown ?? "");
  await page.getByText("The digits match").waitFor();
  await looks.see(page, "admit");
  await button(farah, "Approve Second desk").click();
  await isClosed(farah);
  await looks.open(page, button(farah, "Change"), "policy");
  await page.getByLabel("People may make backup keys of their own").uncheck();
  await looks.see(page, "policy");
  await button(farah, "Save the policy").click();
  await isClosed(farah);
  await phone.go("Backup keys");
  await phone.page.getByText("you cannot make one of your own").waitFor();
  await looks.see(phone.page, "backup-forbidden");
  await looks.open(page, farah.row("Second desk").getByRole("button", { name: "Remove" }), "escrow-remove");
  await looks.see(page, "escrow-remove");
  await button(farah, "Remove it").click();
  await isClosed(farah);
  await desk.page.getByText("This escrow device was removed").waitFor();
  await looks.see(desk.page, "escrow-removed");

  // Whose data the clinic could restore today.
  await openTab(farah, "Coverage");
  await makePeople(farah, 40);
  await button(farah, /^Check/).click();
  await page.getByText(/people checked in/).waitFor();
  await looks.see(page, "escrow-coverage");
  await page.getByRole("radio", { name: /^With losses/ }).check({ force: true });
  await page.locator("table.report tbody a").first().click();
  await page.getByText("could bring it back").first().waitFor();
  await looks.see(page, "escrow-person");

  // Another account stands in the place of Ada's: by a lie first, then because she began anew.
  const { request } = phone.context;
  const ask = (path: string, data: unknown) => request.post(`${world.url}/api${path}`, { data });
  await ask("/lies", { on: "replace" });
  await person("Ada Byrne");
  await page.getByText("The portal knows of no such wish of Ada Byrne").waitFor();
  await looks.see(page, "escrow-replaced");
  await ask("/lies", { on: null });
  await ask("/step-up/code", {});
  const mails = (await (await request.get(`${world.url}/api/mailbox`)).json()) as { content: { code?: string } }[];
  await ask("/step-up", { code: mails.find(({ content }) => content.code)?.content.code });
  await ask("/portal/reset", {});
  const anew = await world.browser();
  await anew.signIn("Ada Byrne");
  await button(anew, "Begin anew").click();
  await anew.items("open").nth(2).waitFor();
  await person("Ada Byrne");
  await looks.open(page, button(farah, "Go on with the new account…"), "go-on");
  await looks.see(page, "go-on");
};

const talk: Chapter = async (world, looks) => {
  const { page } = await world.browser();
  await page.goto("/talk?laptop&phone&tablet");
  for (const frame of ["laptop", "phone", "tablet"]) await signInShows(page, frame);
  await looks.see(page, "talk");
};

const signInShows = (page: Page, frame: string) =>
  page.frameLocator(`section[aria-label="${frame}"] iframe`).getByText("Ada Byrne").waitFor();

/** The longest first: two at a time end together. */
export const CHAPTERS: Readonly<Record<string, Chapter>> = {
  escrow,
  "the web portal": portal,
  "a first device, and a second one": devices,
  "backup keys, and a removed device": papers,
  "what seldom happens": odd,
  "a dishonest server": lies,
  colleagues: people,
  "several devices side by side": talk,
};
