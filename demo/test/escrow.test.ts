// Escrow in the demo: admins and their people in real browsers. The numbers are those of the list of what must be true for users.

import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.js";
import {
  acknowledge,
  enableEscrow,
  goToEscrow,
  makePeople,
  openTab,
  publishFingerprint,
  readNotice,
  setUpEscrow,
  typeDigits,
} from "./escrow-world.js";
import { type Device, World } from "./world.js";

let world: World;
/** The first admin, and a second device of the same account. */
let farah: Device;
let desk: Device;
let ada: Device;
let phone: Device;

const item = (device: Device, state: string) => device.page.locator(`.item[data-state=${state}]`);

async function faultsInBothThemes({ page }: Device): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    // A button that changes its colour is in between for a moment. An animation that is cancelled is over, too.
    await page.evaluate(() =>
      Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => undefined),
    );
    faults.push(...(await seriousFaults(page)));
  }
  return faults;
}

beforeAll(async () => {
  world = await World.open();
  [farah, ada] = [await world.browser(), await world.browser()];
  await farah.enter("Farah Nasser", "Laptop");
  await ada.enter("Ada Byrne", "Laptop");
  await item(ada, "open").nth(2).waitFor();
});
afterAll(async () => await world?.close());

describe("setting up", () => {
  it("12: makes the backup key first, and cancelled means not enabled", async () => {
    await setUpEscrow(farah);
    const { page } = farah;
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await page.getByRole("button", { name: "Make the backup key and enable" }).click();
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("button", { name: "Cancel and remove this key" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.getByText("Escrow does not work yet").isVisible()).toBe(true);
    await enableEscrow(farah);
    await page.getByText("Escrow does not work yet").waitFor({ state: "detached" });
  });

  it("15: the fingerprint is published where people can compare it", async () => {
    const digits = await publishFingerprint(farah);
    expect(await readNotice(ada)).toBe(digits);
    expect(await faultsInBothThemes(ada)).toEqual([]);
  });
});

describe("a user", () => {
  it("15: is asked to acknowledge, and the answer to other digits is no", async () => {
    const { page } = ada;
    await page.getByText("Your clinic offers to restore your mail").waitFor();
    await page.getByRole("button", { name: "Compare and acknowledge" }).click();
    await typeDigits(ada, "12345 ".repeat(12));
    await page.getByText("Do not acknowledge it.").waitFor();
    expect(await page.getByRole("button", { name: "Acknowledge escrow" }).isDisabled()).toBe(true);
    expect(await faultsInBothThemes(ada)).toEqual([]);
    await page.getByRole("dialog").getByRole("button", { name: "Later" }).click();
    await ada.go("Devices & Activity");
    await page.getByText("Administrators can read nothing of yours").waitFor();
  });

  it("15, 16: acknowledges the published one once, and escrow covers what is there", async () => {
    await acknowledge(ada);
    await ada.go("Devices & Activity");
    await ada.page.getByText("Administrators can restore your mail when you lost every device.").waitFor();
    expect(await ada.page.getByText("Your clinic offers to restore your mail").count()).toBe(0);
  });
});

describe("a locked-out user", () => {
  it("13: sees on the new device whom to ask", async () => {
    await ada.context.close();
    phone = await world.browser({ isPhone: true });
    await phone.enter("Ada Byrne", "Phone");
    await item(phone, "locked").nth(2).waitFor();
    await phone.page.getByText("Farah Nasser, IT administrator").waitFor();
    await item(phone, "locked").first().click();
    await phone.page.getByText("An administrator of your clinic can restore it").waitFor();
    await phone.page.getByRole("article").getByRole("link", { name: "Inbox" }).click();
    // Nothing is wider than a phone.
    expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(await faultsInBothThemes(phone)).toEqual([]);
  });

  it("18: is restored by an admin who compares, the lost device goes in the same step, and everything is readable", async () => {
    const { page } = farah;
    await goToEscrow(farah);
    await openTab(farah, "Coverage");
    await page.getByRole("button", { name: /^Check/ }).click();
    await page.getByRole("link", { name: "Ada Byrne" }).click();
    await page.getByRole("button", { name: "Recover" }).click();
    await typeDigits(farah, "12345 ".repeat(12));
    await page.getByText("Stop. It is another device").waitFor();
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await typeDigits(farah, await phone.digits());
    await page.getByText("The digits match").waitFor();
    await page.getByLabel("Reason").fill("Laptop stolen");
    await page.getByLabel("Case or ticket, if there is one").fill("311");
    await page.getByRole("button", { name: "Record and recover" }).click();
    await page.getByText("reads everything that escrow covers").first().waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await item(phone, "open").nth(2).waitFor();
    expect(await item(phone, "locked").count()).toBe(0);
    await phone.go("Devices & Activity");
    expect(await phone.row("Laptop").textContent()).toContain("Removed");
    // 20: nothing sends the user to remove escrow because the device that acknowledged it is gone.
    expect(await phone.page.getByText("vouches for").count()).toBe(0);
    await page.getByText("Laptop stolen · case 311").waitFor();
    // 25: what the log takes from the first device only is refused in words.
    await phone.page.getByRole("button", { name: "Switch lockdown on" }).click();
    await phone.page.getByText("This device cannot switch it on: an administrator approved it").waitFor();
    expect(await phone.page.getByText("MEM-5").count()).toBe(0);
    expect(await phone.page.getByText("only the clinic's administrators can bring your mail back").count()).toBe(1);
    await phone.row("The clinic's escrow").waitFor();
  });

  it("19: content is opened for a reason that is recorded first, and no more than that", async () => {
    const { page } = farah;
    // The recovery made new keys: this letter is sealed with them.
    await phone.go("Inbox");
    await phone.page.getByRole("button", { name: "A letter" }).click();
    await item(phone, "open").nth(3).waitFor();
    await page.getByRole("button", { name: "Open data" }).click();
    expect(await page.getByRole("button", { name: "Record and open" }).isDisabled()).toBe(true);
    await page.getByRole("dialog").getByRole("checkbox").first().check();
    await page.getByLabel("Legal ground, or reason").fill("Court order 7");
    await page.getByRole("button", { name: "Record and open" }).click();
    await page.getByText("Recorded. 3 items open out of 4.").waitFor();
    await page.getByText("Everything in this inbox was sealed for your devices").waitFor();
    expect(await page.locator(".found[data-state=locked]").count()).toBe(1);
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await page.getByRole("button", { name: "Close and wipe the keys" }).click();
    await openTab(farah, "Recoveries & accesses");
    const row = page.getByRole("row").filter({ hasText: "Court order 7" });
    expect(await row.textContent()).toContain("Access");
    expect(await row.textContent()).toContain("Ada Byrne");
    expect(await page.getByRole("row").filter({ hasText: "Laptop stolen" }).textContent()).toContain("Recovery");
    expect(await faultsInBothThemes(farah)).toEqual([]);
    // The user sees that something was opened.
    await phone.go("Devices & Activity");
    await phone.page.getByText("Farah Nasser opened: letter").first().waitFor();
  });
});

describe("more admins", () => {
  it("14: a second device waits, and is approved with its roles", async () => {
    desk = await world.browser({ theme: "dark" });
    await desk.enter("Farah Nasser", "Desk");
    await goToEscrow(desk);
    await desk.page.getByLabel("Name of this escrow device").fill("Second desk");
    await desk.page.getByRole("button", { name: "Ask to join" }).click();
    await desk.page.getByText("Waiting for approval by the administrators").waitFor();
    expect(await desk.page.getByText("Farah Nasser, IT administrator").first().isVisible()).toBe(true);
    expect(await seriousFaults(desk.page)).toEqual([]);
    const shown = (await desk.page.getByLabel("Digits of this escrow device").getAttribute("data-text")) ?? "";
    const { page } = farah;
    await openTab(farah, "Devices");
    await page.getByRole("button", { name: "Review escrow devices" }).click();
    await typeDigits(farah, shown);
    await page.getByText("The digits match").waitFor();
    await page.getByRole("checkbox", { name: /^Discovers/ }).check();
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await page.getByRole("button", { name: "Approve Second desk" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    const row = await farah.row("Second desk").textContent();
    expect(row).toContain("Recovers");
    expect(row).toContain("Discovers");
    expect(row).not.toContain("Manages");
    await desk.page.getByText("Waiting for approval by the administrators").waitFor({ state: "detached" });
    // 13: without the role nobody changes the policy.
    expect(await desk.page.getByRole("button", { name: "Change" }).count()).toBe(0);
  });

  it("13: the policy is changed by a signed link, and users' pages follow it", async () => {
    const { page } = farah;
    await phone.go("Inbox");
    await phone.page.getByRole("link", { name: "Make a backup key" }).click();
    await phone.page.getByRole("button", { name: "Make it" }).waitFor();
    await page.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Whom people ask who lost their devices").fill("Help desk, room 4");
    await page.getByLabel("People may make backup keys of their own").uncheck();
    await page.getByRole("button", { name: "Save the policy" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.getByText("Help desk, room 4").waitFor();
    await page.getByText("It has changed since you published it").waitFor();
    // The policy came while the dialog was open. 11: nothing offers a backup key from then on.
    await phone.page.getByText("you cannot make one of your own").waitFor();
    await phone.page.getByRole("button", { name: "Make it" }).click();
    await phone.page.getByText("This device may not do that now").waitFor();
    await phone.page.getByRole("button", { name: "Cancel" }).click();
    await phone.page.goto("/#/backup/new");
    await phone.page.reload();
    await phone.page.getByText("you cannot make one of your own").waitFor();
    expect(await phone.page.getByRole("dialog").count()).toBe(0);
    await phone.go("Inbox");
    await item(phone, "open").nth(3).waitFor();
    expect(await phone.page.getByText("Make a backup key").count()).toBe(0);
  });

  it("20, 28: an admin's device is removed, the keys are renewed, and no user is alarmed", async () => {
    const { page } = farah;
    await farah.row("Second desk").getByRole("button", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await desk.page.getByText("This escrow device was removed").waitFor();
    expect(await seriousFaults(desk.page)).toEqual([]);
    await phone.go("Devices & Activity");
    await phone.page.getByText("renewed escrow").first().waitFor();
    expect(await phone.page.getByText("Your clinic offers to restore your mail").count()).toBe(0);
    expect(await phone.page.locator(".asks .notice.danger").count()).toBe(0);
    await publishFingerprint(farah);
  });
});

describe("the coverage report", () => {
  /** How many people the server makes up; the button makes a thousand. */
  const MADE = 30;

  it("17: streams over everybody, with a picture, filters, and pages", async () => {
    const { page } = farah;
    await openTab(farah, "Coverage");
    await makePeople(farah, MADE);
    await page.getByRole("button", { name: /^Check/ }).click();
    await page.getByText(/^35 people checked in/).waitFor();
    await page.getByText("1 to 25 of 35").waitFor();
    expect(await page.locator("table.report tbody tr").count()).toBe(25);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("26 to 35 of 35").waitFor();
    await page.getByRole("radio", { name: /^With losses/ }).check({ force: true });
    const lost = await page.locator("table.report tbody tr").count();
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(25);
    expect(await page.getByRole("img", { name: /1 loss$/ }).count()).toBe(lost);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.setViewportSize({ width: 1280, height: 860 });
    expect(await faultsInBothThemes(farah)).toEqual([]);
  });

  it("17: saves what is shown as CSV", async () => {
    const { page } = farah;
    const save = async () => {
      const saved = page.waitForEvent("download");
      await page.getByRole("button", { name: /as CSV$/ }).click();
      return (await readFile(await (await saved).path(), "utf8")).trimEnd().split("\r\n");
    };
    const rows = await page.locator("table.report tbody tr").count();
    const lines = await save();
    expect(lines).toHaveLength(rows + 1);
    const columns = lines[0]?.split(",").length ?? 0;
    expect(columns).toBeGreaterThan(10);
    // Somebody who was not checked is in it too, with the reason.
    await page.getByRole("radio", { name: /^All/ }).check({ force: true });
    await page.getByRole("button", { name: "Save 35 rows as CSV" }).waitFor();
    const all = await save();
    expect(all).toHaveLength(36);
    const unchecked = all.filter((line) => line.includes("Has set up no device yet"));
    expect(unchecked.length).toBeGreaterThan(0);
    for (const line of unchecked) expect(line.split(",")).toHaveLength(columns);
    await page.getByRole("radio", { name: /^With losses/ }).check({ force: true });
  });

  it("24: a person's picture says who could bring a loss back, and who can close a gap", async () => {
    const { page } = farah;
    await page.locator("table.report tbody a").first().click();
    await page.getByText("Only the removed Laptop could bring it back").waitFor();
    expect(await page.getByRole("img", { name: /^What escrow covers of/ }).count()).toBe(1);
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await page.getByRole("link", { name: "All people" }).click();
    await page.getByRole("radio", { name: /^Behind/ }).check({ force: true });
    await page.locator("table.report tbody a").first().click();
    await page.getByText(/Ward tablet \(last seen .*\) can close it/).waitFor();
  });

  it("17: goes on while other pages are shown, and can be cancelled", async () => {
    const { page } = farah;
    await openTab(farah, "Coverage");
    await page.getByRole("button", { name: "Check again" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText(/^Cancelled after \d+ of 35 people$/).waitFor();
  });
});

describe("an account in the place of the one that was known", () => {
  const lie = (name: string | null) => phone.context.request.post(`${world.url}/api/lies`, { data: { on: name } });
  /** Farah's page about Ada, as it is now. */
  const look = async () => {
    await openTab(farah, "Coverage");
    await farah.page.getByRole("radio", { name: /^All/ }).check({ force: true });
    await farah.page.getByRole("link", { name: "Ada Byrne" }).click();
  };
  const goOn = () => farah.page.getByRole("button", { name: "Go on with the new account…" });

  it("30: is an alarm for admins, with no way on, while the portal knows of no wish to begin anew", async () => {
    const { page } = farah;
    expect((await lie("replace")).status()).toBeLessThan(300);
    await look();
    await page.getByText("The portal knows of no such wish of Ada Byrne").waitFor();
    expect(await goOn().count()).toBe(0);
    expect(await page.getByRole("button", { name: "Recover" }).isDisabled()).toBe(true);
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await lie(null);
    await look();
    await page.getByText("Everything could be restored.").waitFor();
  });

  it("the portal calls escrow by its site, and advises somebody whom it covers to ask first", async () => {
    const portal = await phone.tab();
    await portal.goto("/portal");
    await portal.getByRole("heading", { name: "The escrow of Alder Street" }).waitFor();
    expect(await portal.getByText(/escrow \([0-9a-f]/).count()).toBe(0);
    await portal.getByText("Your mail is not lost: an administrator can restore it").waitFor();
    await portal.close();
  });

  it("18: is forgotten by admins' devices at the portal's word and the admin's, and escrow covers the new account", async () => {
    const { page } = farah;
    const { request } = phone.context;
    const ask = async (path: string, data: unknown) =>
      expect((await request.post(`${world.url}/api${path}`, { data })).status()).toBeLessThan(300);
    await ask("/step-up/code", {});
    const mails = (await (await request.get(`${world.url}/api/mailbox`)).json()) as { content: { code?: string } }[];
    await ask("/step-up", { code: mails.find(({ content }) => content.code)?.content.code });
    await ask("/portal/reset", {});
    const anew = await world.browser();
    await anew.signIn("Ada Byrne");
    await anew.page.getByRole("button", { name: "Begin anew" }).click();
    await item(anew, "open").nth(2).waitFor();
    await look();
    await page.getByText("The portal let Ada Byrne begin anew, today").waitFor();
    expect(await page.getByRole("button", { name: "Recover" }).isDisabled()).toBe(true);
    await goOn().click();
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await page.getByRole("button", { name: "Cancel" }).click();
    await goOn().click();
    await page.getByRole("button", { name: "Ada Byrne confirmed it: go on" }).click();
    await page.getByText("this person has not acknowledged escrow yet").waitFor();
    await acknowledge(anew);
    await look();
    await page.getByText("Everything could be restored.").waitFor();
    await phone.context.close();
    phone = anew;
  });
});

describe("the pages", () => {
  it("are not for people without the role", async () => {
    await phone.page.goto("/#/escrow");
    await phone.page.getByText("Your account has no role for escrow").waitFor();
  });

  it("complained of nothing, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
