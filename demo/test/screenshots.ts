// Plays a day at the clinic in real browsers, and takes a picture of every screen.
//
//   npm run gen:screenshots              the pictures that documents show, to docs/images
//   npm run gen:screenshots -- FOLDER    all of them, to look at

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { PASSWORD } from "../server/accounts.js";
import { enableEscrow, makePeople, openTab, publishFingerprint, setUpEscrow } from "./escrow-world.js";
import { type Device, World } from "./world.js";

const [, , given] = process.argv;
const folder = given ?? "docs/images";
const SHOWN = [
  ...["inbox", "devices", "review", "locked-phone", "backup-write", "use-backup-key-dark"],
  ...["escrow-coverage", "escrow-person"],
];
mkdirSync(folder, { recursive: true });

async function shoot(page: Page, name: string): Promise<void> {
  if (given === undefined && !SHOWN.includes(name)) return;
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
  console.log(name);
}

async function openItem(device: Device, name: RegExp | string): Promise<void> {
  await device.page.locator(".item").filter({ hasText: name }).first().click();
}

const world = await World.open();
try {
  const laptop = await world.browser();
  await laptop.page.goto("/");
  await laptop.page.getByText("Ada Byrne").waitFor();
  await shoot(laptop.page, "sign-in");
  await laptop.signIn("Ada Byrne");
  await shoot(laptop.page, "first-device");
  await laptop.page.getByLabel("Name of this device").fill("Laptop");
  await laptop.page.getByRole("button", { name: "Set up this device" }).click();
  await laptop.page.locator(".item[data-state=open]").nth(2).waitFor();
  await openItem(laptop, "Voice message");
  await laptop.page.getByRole("button", { name: "Play" }).click();
  await laptop.page.locator(".played").nth(8).waitFor();
  await laptop.page.getByRole("button", { name: "Pause" }).click();
  await shoot(laptop.page, "inbox");

  const phone = await world.browser({ isPhone: true, theme: "dark" });
  await phone.signIn("Ada Byrne");
  await shoot(phone.page, "join-phone");
  await phone.page.getByLabel("Name of this device").fill("Phone");
  await phone.page.getByRole("button", { name: "Add this device" }).click();
  await phone.page.locator(".item[data-state=locked]").nth(2).waitFor();
  await shoot(phone.page, "waiting-phone");
  await openItem(phone, "Locked");
  await phone.page.getByText("cannot open this yet").waitFor();
  await phone.page.getByRole("button", { name: "Hide them" }).click();
  await shoot(phone.page, "locked-phone");
  await laptop.go("Devices & Activity");
  await laptop.page.getByRole("button", { name: "Review activity" }).waitFor();
  await shoot(laptop.page, "devices-pending");
  await laptop.page.getByRole("button", { name: "Review activity" }).click();
  await laptop.page.getByRole("button", { name: "Begin" }).waitFor();
  await shoot(laptop.page, "review-begin");
  await phone.page.getByRole("button", { name: "Compare seven digits" }).click();
  await laptop.page.getByRole("button", { name: "Begin" }).click();
  await laptop.page.getByRole("button", { name: "Yes, the same" }).waitFor();
  await phone.page.locator(".seven").waitFor();
  await shoot(phone.page, "digits-phone");
  await shoot(laptop.page, "review");
  await laptop.page.getByRole("button", { name: "No, others" }).click();
  await laptop.page.getByText("Do not approve").waitFor();
  await shoot(laptop.page, "review-differs");
  await laptop.page.getByRole("tab", { name: "Type or paste" }).click();
  await phone.page.getByRole("button", { name: "Show its 60 digits and QR code" }).click();
  await laptop.page.getByLabel("What the other device shows").fill(await phone.digits());
  await laptop.page.getByRole("button", { name: "Compare", exact: true }).click();
  await laptop.page.getByText("The digits match").waitFor();
  await shoot(laptop.page, "review-match");
  await laptop.page
    .getByRole("dialog")
    .getByRole("button", { name: /^Approve / })
    .click();
  await laptop.page.getByText("Approved by").waitFor();

  await laptop.go("Backup keys");
  await shoot(laptop.page, "backup-none");
  await laptop.page.getByRole("button", { name: "New backup key" }).click();
  await shoot(laptop.page, "backup-name");
  await laptop.page.getByRole("button", { name: "Make it" }).click();
  await laptop.page.getByRole("button", { name: "I have it on paper" }).waitFor();
  await shoot(laptop.page, "backup-write");
  const text = (await laptop.page.getByRole("list", { name: "Your backup key" }).getAttribute("data-text")) ?? "";
  await laptop.page.getByRole("button", { name: "I have it on paper" }).click();
  await shoot(laptop.page, "backup-prove");
  for (const field of await laptop.page.locator(".pair .field").all()) {
    const group = Number((await field.locator("label").textContent())?.replace(/\D/g, ""));
    await field.locator("input").fill(text.split("-")[group - 1] ?? "");
  }
  await laptop.page.getByRole("button", { name: "That is it" }).click();
  await laptop.page.getByText("Your backup key is ready").waitFor();
  await shoot(laptop.page, "backup-done");
  await laptop.page.getByRole("button", { name: "Close" }).last().click();
  await shoot(laptop.page, "backup-list");
  await laptop.go("Devices & Activity");
  await shoot(laptop.page, "devices");
  await laptop.page.emulateMedia({ colorScheme: "dark" });
  await shoot(laptop.page, "devices-dark");
  await laptop.page.emulateMedia({ colorScheme: "light" });

  const tablet = await world.browser({ theme: "dark" });
  await tablet.enter("Ada Byrne", "Tablet");
  await tablet.page.getByRole("button", { name: "Use a backup key" }).click();
  const wrong = text.replace(/.$/, (last) => (last === "7" ? "8" : "7"));
  await tablet.page.getByRole("textbox", { name: "Backup key" }).fill(wrong);
  await tablet.page.getByText("Corrected").waitFor();
  await tablet.page.getByLabel("Phone").check();
  await shoot(tablet.page, "use-backup-key-dark");
  await tablet.page.getByRole("button", { name: "Open my mail" }).click();
  await tablet.page.locator(".item[data-state=open]").nth(2).waitFor();
  await openItem(tablet, "Welcome");
  await shoot(tablet.page, "inbox-dark");
  await phone.page.getByText("was removed from your account").waitFor();
  await shoot(phone.page, "removed-phone");
  await laptop.page.getByText("Tablet").first().waitFor();
  await shoot(laptop.page, "devices-end");
  await laptop.row("Tablet").getByRole("button", { name: "Remove" }).click();
  await shoot(laptop.page, "remove");
  await laptop.page.getByRole("button", { name: "Cancel" }).click();
  await laptop.go("Dishonest server");
  await shoot(laptop.page, "lies");
  await laptop.page.locator(".lie[data-lie=replace]").getByRole("button").click();
  await laptop.page.getByText("Your account was replaced").waitFor();
  await shoot(laptop.page, "lies-alarm");
  await laptop.page.goto("/#/inbox");
  await laptop.page.getByRole("heading", { name: "The server contradicts itself" }).waitFor();
  await shoot(laptop.page, "alarm");
  const small = await world.browser({ isPhone: true });
  await small.enter("Dina Haddad", "Phone");
  await small.page.locator(".item[data-state=open]").nth(2).waitFor();
  await shoot(small.page, "inbox-phone");
  await small.page.getByRole("button", { name: "Account and settings" }).click();
  await shoot(small.page, "menu-phone");
  await small.page.getByRole("button", { name: "Account and settings" }).click();
  await small.go("Devices & Activity");
  await shoot(small.page, "devices-phone");
  await small.go("Dishonest server");
  await shoot(small.page, "lies-phone");

  // Colleagues: Ben writes to Dina, and a device joins that nobody approved.
  const ben = await world.browser();
  await ben.enter("Ben Okafor", "Desk");
  const chat = async (page: Page, name: string) => {
    await page.getByRole("navigation").getByRole("link", { name: "Colleagues" }).click();
    await page.locator(".colleague").filter({ hasText: name }).click();
    await page.getByRole("heading", { level: 2, name }).waitFor();
  };
  const write = async (page: Page, text: string) => {
    await page.getByLabel(/^Note to /).fill(text);
    await page.getByRole("button", { name: "Seal and send" }).click();
    await page.locator(".note[data-state=open]").filter({ hasText: text }).waitFor();
  };
  await chat(ben.page, "Dina Haddad");
  await write(ben.page, "Could you see Mr. Herrera's father for his balance, twice a week?");
  await chat(small.page, "Ben Okafor");
  await small.page.locator(".note[data-state=open]").first().waitFor();
  await write(small.page, "Gladly. Mondays and Thursdays at ten.");
  await shoot(small.page, "people-phone");
  await ben.page.locator(".note[data-state=open]").nth(1).waitFor();
  await shoot(ben.page, "people");
  await ben.page.getByRole("button", { name: "Compare fingerprints" }).click();
  await shoot(ben.page, "people-compare");
  await ben.page.keyboard.press("Escape");
  const stranger = await world.browser();
  await stranger.enter("Dina Haddad", "Stranger");
  await ben.page.getByText("Dina's devices changed").waitFor();
  await shoot(ben.page, "people-changed");
  await ben.page.emulateMedia({ colorScheme: "dark" });
  await small.go("Dishonest server");
  await small.page.locator(".lie[data-lie=replace]").getByRole("button").click();
  await ben.page.getByText("Alarm: do not write to Dina").waitFor();
  await ben.page.getByText("Evidence", { exact: true }).click();
  await shoot(ben.page, "people-alarm-dark");

  const talk = await world.browser();
  await talk.page.goto("/talk?laptop&phone&tablet");
  await talk.page.frameLocator("iframe").first().getByText("Ada Byrne").waitFor();
  await shoot(talk.page, "talk");

  // The web portal, in a browser without keys: Ben's other device is lost.
  const spare = await world.browser();
  await spare.enter("Ben Okafor", "Lost phone");
  const web = await world.browser();
  await web.page.goto("/portal");
  await web.page.getByText("Ben Okafor").click();
  await web.page.getByLabel("Password").fill(PASSWORD);
  await web.page.getByRole("button", { name: "Sign in" }).click();
  await web.page.getByRole("button", { name: "Remove Lost phone" }).waitFor();
  await shoot(web.page, "portal");
  await web.page.getByRole("button", { name: "Remove Lost phone" }).click();
  await web.page.getByRole("button", { name: "Mail me a code" }).click();
  await web.page.getByLabel("Code").waitFor();
  await shoot(web.page, "portal-step-up");
  const mails = await web.tab();
  await mails.goto("/portal#/mailbox");
  const code = await mails.getByRole("heading", { name: /^Your code is/ }).textContent();
  await shoot(mails, "portal-mailbox");
  await web.page.getByLabel("Code").fill(code?.replace(/\D/g, "") ?? "");
  await web.page.getByRole("button", { name: "Confirm" }).click();
  await ben.page.goto("about:blank");
  await web.page.getByRole("button", { name: "Remove it" }).click();
  await web.page.getByText("Nothing new is sealed for now").waitFor();
  await shoot(web.page, "portal-rotation-due");
  await web.page.getByRole("button", { name: "Begin anew…" }).click();
  await shoot(web.page, "portal-begin-anew");
  const admin = await world.browser({ isPhone: true, theme: "dark" });
  await admin.page.goto("/portal#/people");
  await admin.page.getByText("George Lind").click();
  await admin.page.getByLabel("Password").fill(PASSWORD);
  await admin.page.getByRole("button", { name: "Sign in" }).click();
  await admin.page.getByRole("button", { name: "Manage Ben Okafor" }).waitFor();
  await shoot(admin.page, "portal-people-phone");

  // Escrow: whose data the clinic could restore today.
  const farah = await world.browser();
  await farah.enter("Farah Nasser", "Desk");
  await setUpEscrow(farah);
  await shoot(farah.page, "escrow-setup");
  await enableEscrow(farah);
  await publishFingerprint(farah);
  await shoot(farah.page, "escrow-devices");
  await openTab(farah, "Coverage");
  await makePeople(farah, 40);
  await farah.page.getByRole("button", { name: /^Check/ }).click();
  await farah.page.getByText(/people checked in/).waitFor();
  await shoot(farah.page, "escrow-coverage");
  await farah.page.emulateMedia({ colorScheme: "dark" });
  await shoot(farah.page, "escrow-coverage-dark");
  await farah.page.emulateMedia({ colorScheme: "light" });
  await farah.page.getByRole("radio", { name: /^With losses/ }).check({ force: true });
  await farah.page.locator("table.report tbody a").first().click();
  await farah.page.getByText("could bring it back").first().waitFor();
  await shoot(farah.page, "escrow-person");
} finally {
  await world.close();
}
if (world.complaints.length + world.reports.length > 0) {
  console.error(world.complaints, world.reports);
  process.exitCode = 1;
}
