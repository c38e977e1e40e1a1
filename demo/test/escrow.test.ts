// Escrow in the demo: admins and their people in real browsers. The numbers are those of the list of what must be true for users.

import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Judged, seriousFaults } from "./axe.js";
import {
  acknowledge,
  enableEscrow,
  goToEscrow,
  lookAt,
  makePeople,
  openTab,
  publishFingerprint,
  readNotice,
  setUpEscrow,
  typeDigits,
  writePaper,
} from "./escrow-world.js";
import { shows } from "./phrases.js";
import { type Device, World } from "./world.js";

let world: World;
/** The first admin, and a second device of the same account. */
let farah: Device;
let desk: Device;
let ada: Device;
let phone: Device;
/** What was published first. */
let published: string;
/** The second backup key of escrow. */
let escrowPaper: string;

/** The fingerprint of escrow as a user's device sees it. */
async function escrowDigits(user: Device): Promise<string> {
  await user.go("Devices & Activity");
  const digits = user.page.getByRole("list", { name: "Fingerprint of escrow, as this device sees it" });
  return (await digits.getAttribute("data-text")) ?? "";
}

/** What a page holds once it has let go of what it does not use, in bytes. */
async function heldBy(page: Page): Promise<number> {
  const browser = await page.context().newCDPSession(page);
  await browser.send("HeapProfiler.collectGarbage");
  const { usedSize } = await browser.send("Runtime.getHeapUsage");
  await browser.detach();
  return usedSize;
}

async function faultsInBothThemes({ page }: Device): Promise<readonly string[]> {
  const faults: string[] = [];
  const judged: Judged = new Set();
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    // A button that changes its colour is in between for a moment. An animation that is cancelled is over, too.
    await page.evaluate(() =>
      Promise.allSettled(document.getAnimations().map(({ finished }) => finished)).then(() => undefined),
    );
    faults.push(...(await seriousFaults(page, judged)));
  }
  return faults;
}

beforeAll(async () => {
  world = await World.open();
  [farah, ada] = [await world.browser(), await world.browser()];
  await farah.enter("Farah Nasser", "Laptop");
  await ada.enter("Ada Byrne", "Laptop");
  await ada.items("open").nth(2).waitFor();
});
afterAll(async () => await world?.close());

describe("setting up", () => {
  it("12: makes the backup key first, and cancelled means not enabled", async () => {
    await setUpEscrow(farah);
    const { page } = farah;
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await shows("12: not functional until there is a device and a backup key", async () => {
      await page.getByText("A backup key on paper: with one device alone").waitFor();
      await ada.go("Devices & Activity");
      expect(await ada.page.getByText("Your clinic offers to restore your mail").count()).toBe(0);
      await openTab(farah, "Coverage");
      await page.getByText("Enable escrow first").waitFor();
      expect(await page.getByRole("button", { name: /^Check/ }).isDisabled()).toBe(true);
      await openTab(farah, "Devices");
    });
    await page.getByRole("button", { name: "Make the backup key and enable" }).click();
    await page.getByRole("button", { name: "Make it" }).click();
    await page.getByRole("button", { name: "Cancel and remove this key" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await shows("12: the first escrow device is made to create the backup key", async () => {
      expect(await page.getByText("Escrow does not work yet").isVisible()).toBe(true);
      await enableEscrow(farah);
      await page.getByText("Escrow does not work yet").waitFor({ state: "detached" });
      expect(await farah.row("Safe, ground floor").first().textContent()).toContain("Backup key");
    });
    await shows("12: enabling cannot be undone by admins", async () => {
      await page.getByText("EscrowEnabled").waitFor();
      await page.getByRole("button", { name: "Change" }).click();
      const choices = page.getByRole("dialog").locator("label:has([type=checkbox])");
      await choices.first().waitFor();
      expect(await choices.allTextContents()).toEqual(["People may make backup keys of their own"]);
      await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    });
  });

  it("15: the fingerprint is published where people can compare it", async () => {
    published = await publishFingerprint(farah);
    expect(await readNotice(ada)).toBe(published);
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
    await lookAt(farah, "Ada Byrne");
    await shows("16: nothing is readable by admins before", async () => {
      await farah.page.getByText("Nothing could be restored: this person has not acknowledged escrow yet").waitFor();
      expect(await farah.page.getByRole("cell", { name: "Covered" }).count()).toBe(0);
    });
    await shows("15: features wait for the acknowledgement", async () => {
      for (const name of ["Recover", "Open data"])
        expect(await farah.page.getByRole("button", { name, exact: true }).isDisabled()).toBe(true);
    });
  });

  it("15, 16: acknowledges the published one once, and escrow covers what is there", async () => {
    await shows("15: users are asked to acknowledge, and compare with what admins published", () => acknowledge(ada));
    await ada.page.reload();
    await ada.go("Devices & Activity");
    await ada.page.getByText("Administrators can restore your mail when you lost every device.").waitFor();
    await shows("15: asked once", async () =>
      expect(await ada.page.getByText("Your clinic offers to restore your mail").count()).toBe(0),
    );
    await shows("15: users see the escrow fingerprint", async () => expect(await escrowDigits(ada)).toBe(published));
    await lookAt(farah, "Ada Byrne");
    await farah.page.getByText("Everything could be restored.").waitFor();
  });
});

describe("a locked-out user", () => {
  it("13: sees on the new device whom to ask", async () => {
    await ada.context.close();
    phone = await world.browser({ isPhone: true });
    await phone.enter("Ada Byrne", "Phone");
    await phone.items("locked").nth(2).waitFor();
    await shows(
      "13: contacts for users' devices, shown on the pending device",
      phone.page.getByText("Farah Nasser, IT administrator"),
    );
    await phone.items("locked").first().click();
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
    await shows("18: an admin compares the user's fingerprint", async () => {
      expect(await page.getByRole("button", { name: "Record and recover" }).isDisabled()).toBe(true);
      await typeDigits(farah, await phone.digits());
      await page.getByText("The digits match").waitFor();
    });
    await page.getByLabel("Reason").fill("Laptop stolen");
    await page.getByLabel("Case or ticket, if there is one").fill("311");
    await page.getByRole("button", { name: "Record and recover" }).click();
    await page.getByText("reads everything that escrow covers").first().waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await shows("18: the new device is approved and reads everything", async () => {
      await phone.items("open").nth(2).waitFor();
      expect(await phone.items("locked").count()).toBe(0);
    });
    await phone.go("Devices & Activity");
    await shows("18: lost devices are removed in the same step", async () => {
      expect(await phone.row("Laptop").textContent()).toContain("Removed");
      await phone.page
        .getByText(/^The clinic's escrow approved Phone and removed Laptop/)
        .first()
        .waitFor();
    });
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
    await phone.items("open").nth(3).waitFor();
    await shows("16: later keys follow by themselves", async () => {
      await lookAt(farah, "Ada Byrne");
      await page.getByText("Everything could be restored.").waitFor();
    });
    await page.getByRole("button", { name: "Open data" }).click();
    expect(await page.getByRole("button", { name: "Record and open" }).isDisabled()).toBe(true);
    await page.getByRole("dialog").getByRole("checkbox").first().check();
    await page.getByLabel("Legal ground, or reason").fill("Court order 7");
    await page.getByRole("button", { name: "Record and open" }).click();
    await shows("19: only chosen stretches open", async () => {
      await page.getByText("Recorded. 3 items open out of 4.").waitFor();
      await page.getByText("Everything in this inbox was sealed for your devices").waitFor();
      expect(await page.locator(".found[data-state=locked]").count()).toBe(1);
    });
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await page.getByRole("button", { name: "Close and wipe the keys" }).click();
    await openTab(farah, "Recoveries & accesses");
    const row = page.getByRole("row").filter({ hasText: "Court order 7" });
    await row.waitFor();
    await shows("19: a signed record of who, whose, which, why", async () =>
      expect(await row.locator("td").allTextContents()).toEqual([
        expect.stringMatching(/^today/),
        "Access: encryption key 1",
        ...["Ada Byrne", "Farah's desk", "Court order 7"],
      ]),
    );
    expect(await page.getByRole("row").filter({ hasText: "Laptop stolen" }).textContent()).toContain("Recovery");
    expect(await faultsInBothThemes(farah)).toEqual([]);
    // The user sees that something was opened.
    await phone.go("Devices & Activity");
    await phone.page.getByText("Farah Nasser opened: letter").first().waitFor();
  });
});

describe("more admins", () => {
  it("14: a device waits, and is rejected", async () => {
    const stranger = await world.browser();
    await stranger.enter("Farah Nasser", "Stranger");
    await goToEscrow(stranger);
    await stranger.page.getByRole("button", { name: "Ask to join" }).click();
    const { page } = farah;
    await openTab(farah, "Devices");
    await page.getByRole("button", { name: "Review escrow devices" }).click();
    await page.getByRole("button", { name: /^Remove / }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await shows("14: rejected from the list", stranger.page.getByText("This escrow device was removed"));
    await stranger.context.close();
  });

  it("14: a second device waits, and is approved with its roles", async () => {
    desk = await world.browser({ theme: "dark" });
    await desk.enter("Farah Nasser", "Desk");
    await goToEscrow(desk);
    await desk.page.getByLabel("Name of this escrow device").fill("Second desk");
    await desk.page.getByRole("button", { name: "Ask to join" }).click();
    await desk.page.getByText("Waiting for approval by the administrators").waitFor();
    await shows("13: contacts who approve escrow devices", async () =>
      expect(await desk.page.getByText("Farah Nasser, IT administrator").first().isVisible()).toBe(true),
    );
    await shows("14: pending until an existing one approves", async () => {
      await desk.page.getByText("This device may do nothing yet").waitFor();
      expect(await desk.row("Second desk").textContent()).toContain("Nothing, until it is approved");
    });
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
    await shows("14: approved from the list, roles given in the approval", () => {
      expect(row).toMatch(/(RecoversDiscovers|DiscoversRecovers).*Approved by Farah's desk/);
      expect(row).not.toContain("Manages");
    });
    await desk.page.getByText("Waiting for approval by the administrators").waitFor({ state: "detached" });
    // 13: without the role nobody changes the policy.
    await shows("13: only admins with the role change it", async () => {
      await desk.page.getByRole("heading", { name: "Policy" }).waitFor();
      expect(await desk.page.getByRole("button", { name: "Change" }).count()).toBe(0);
      expect(await page.getByRole("button", { name: "Change" }).count()).toBe(1);
    });
  });

  it("14: escrow has several backup keys", async () => {
    const { page } = farah;
    await page.getByRole("button", { name: "Make another backup key" }).first().click();
    await page.getByRole("button", { name: "Make it" }).click();
    escrowPaper = await writePaper(farah);
    await page.getByRole("dialog").getByText("Lock it away").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await shows("14: backup keys, several", async () => {
      for (const name of ["Safe, ground floor", "Safe, second site"])
        expect(await farah.row(name).first().textContent()).toContain("Backup key · The paper begins with");
    });
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
    await shows("13: every change is a signed link", page.getByText("Farah's desk set the policy"));
    // The policy came while the dialog was open. 11: nothing offers a backup key from then on.
    await shows("13: whether users may create backup keys", phone.page.getByText("you cannot make one of your own"));
    await phone.page.getByRole("button", { name: "Make it" }).click();
    await phone.page.getByText("This device may not do that now").waitFor();
    await phone.page.getByRole("button", { name: "Cancel" }).click();
    await phone.page.goto("/#/backup/new");
    await phone.page.reload();
    await phone.page.getByText("you cannot make one of your own").waitFor();
    expect(await phone.page.getByRole("dialog").count()).toBe(0);
    await phone.go("Inbox");
    await phone.items("open").nth(3).waitFor();
    await shows("11: policy can forbid users to make them", async () => {
      expect(await phone.page.getByText("Make a backup key").count()).toBe(0);
      await phone.go("Backup keys");
      expect(await phone.page.getByRole("button", { name: "New backup key" }).count()).toBe(0);
    });
  });

  it("20, 28: an admin's device is removed, the keys are renewed, and no user is alarmed", async () => {
    const { page } = farah;
    await phone.page.goto("about:blank");
    await farah.row("Second desk").getByRole("button", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Remove it" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await desk.page.getByText("This escrow device was removed").waitFor();
    await shows("14: removable", farah.row("Second desk").getByText("Removed by Farah's desk"));
    await shows("15: it changes when the admins' devices change", async () =>
      expect(await publishFingerprint(farah)).not.toBe(published),
    );
    expect(await seriousFaults(desk.page)).toEqual([]);
    // The user is offline meanwhile.
    await openTab(farah, "Coverage");
    await page.getByRole("button", { name: /^Check/ }).click();
    await page.getByText(/people checked in/).waitFor();
    await shows("17: stale", page.getByRole("row", { name: /Ada Byrne.*it is renewed when a device comes online/ }));
    await phone.page.goto("/#/devices");
    await shows("20: rotation reaches offline users", phone.page.getByText("renewed escrow"));
    await shows("28: a removed admin reads nothing new once a device was online", async () => {
      await desk.page.getByText("It restores nobody and opens nothing new").waitFor();
      expect(await desk.page.getByRole("link", { name: "Coverage" }).count()).toBe(0);
      await page.getByRole("button", { name: "Check again" }).click();
      await page.getByRole("row", { name: /Ada Byrne.*Covered.*Nothing$/ }).waitFor();
    });
    await shows("28: staff turnover among admins raises no alarm at users", async () => {
      expect(await phone.page.getByText("Your clinic offers to restore your mail").count()).toBe(0);
      expect(await phone.page.locator(".asks .notice.danger").count()).toBe(0);
    });
    await shows("20: admins changing is invisible to users", async () => {
      expect(await phone.page.locator(".asks .notice").count()).toBe(0);
      expect(await phone.page.getByText(/Second desk|Farah's desk/).count()).toBe(0);
    });
    await shows("20: users can check the fingerprint of the new admins", async () => {
      const digits = await escrowDigits(phone);
      expect(digits).not.toBe(published);
      expect(digits).toBe(await readNotice(phone));
    });
  });
});

describe("an account that a thief took", () => {
  let ward: Device;

  it("23: is given back by an admin, who removes the thief in the same step", async () => {
    const [first, thief] = [await world.browser(), await world.browser()];
    await first.enter("Ben Okafor", "Ward");
    await first.items("open").nth(2).waitFor();
    await shows("16: sharing happens as users' devices come online", async () => {
      await acknowledge(first);
      await lookAt(farah, "Ben Okafor");
      await farah.page.getByText("Everything could be restored.").waitFor();
    });
    await thief.enter("Ben Okafor", "Thief");
    await thief.remove("Ward");
    await first.context.close();
    ward = await world.browser();
    await ward.enter("Ben Okafor", "New ward");
    await ward.items("locked").nth(2).waitFor();
    const { page } = farah;
    await lookAt(farah, "Ben Okafor");
    await page.getByRole("button", { name: "Recover" }).click();
    const which = page.getByRole("radio", { name: /^New ward/ });
    if (await which.isVisible()) await which.check();
    await typeDigits(farah, await ward.digits());
    await page.getByText("The digits match").waitFor();
    expect(await page.getByRole("checkbox", { name: /^Remove Thief/ }).isChecked()).toBe(true);
    await page.getByLabel("Reason").fill("Password stolen");
    await page.getByRole("button", { name: "Record and recover" }).click();
    await page.getByText("reads everything that escrow covers").first().waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await shows("23: all data is back with an admin", async () => {
      await ward.items("open").nth(2).waitFor();
      expect(await ward.items("locked").count()).toBe(0);
    });
    await thief.page.getByText("This device was removed from your account").waitFor();
    await thief.context.close();
  });

  it("18: is readable for the organisation when its user has left", async () => {
    await ward.context.close();
    const { page } = farah;
    await lookAt(farah, "Ben Okafor");
    await page.getByRole("button", { name: "Open data" }).click();
    await page.getByRole("dialog").getByRole("checkbox").first().waitFor();
    for (const stretch of await page.getByRole("dialog").getByRole("checkbox").all()) await stretch.check();
    await page.getByLabel("Legal ground, or reason").fill("Handover of the ward");
    await page.getByRole("button", { name: "Record and open" }).click();
    await shows("18: a leaver's data stays readable", page.getByText("Recorded. 3 items open out of 3."));
    await page.getByRole("button", { name: "Close and wipe the keys" }).click();
  });
});

describe("the coverage report", () => {
  /** How many people the server makes up: as many as the button makes, or fewer, as in CI by day: `DEMO_MADE=250`. */
  const MADE = Number(process.env["DEMO_MADE"] ?? 1000);
  /** With the five accounts of the site. */
  const ALL = (MADE + 5).toLocaleString("en-GB");

  it(
    "17: streams over everybody with progress, and is cancelled",
    async () => {
      const { page } = farah;
      await openTab(farah, "Coverage");
      await makePeople(farah, MADE);
      const before = await heldBy(page);
      await page.getByRole("button", { name: /^Check/ }).click();
      await shows("17: many users with progress", async () => {
        const progress = page.getByRole("progressbar", { name: new RegExp(`^[\\d,]+ of ${ALL} people checked$`) });
        await progress.waitFor();
        expect(await progress.getAttribute("max")).toBe(String(MADE + 5));
        const grows = (bar: Element) =>
          new Promise<void>((grown) => {
            const first = (bar as HTMLProgressElement).value;
            const look = () => ((bar as HTMLProgressElement).value > first ? grown() : requestAnimationFrame(look));
            look();
          });
        await progress.evaluate(grows);
      });
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText(new RegExp(`^Cancelled after [\\d,]+ of ${ALL} people$`)).waitFor();
      await page.getByRole("button", { name: "Check again" }).click();
      // It goes on while another page is shown.
      await openTab(farah, "Devices");
      await openTab(farah, "Coverage");
      // Work that grows with the people gets time that grows with them.
      await page.getByText(`${ALL} people checked in`).waitFor({ timeout: 60_000 + MADE * 1000 });
      await page.getByText(`1 to 25 of ${ALL}`).waitFor();
      // What is kept of a person is a row: less than the bytes of a log, and much less than what they become when they are read.
      const kept = (await heldBy(page)) - before;
      expect(kept).toBeLessThan(4_000_000 + 8_000 * MADE);
    },
    MADE * 4000,
  );

  it("17: says what escrow covers of each, with a picture, filters, and pages", async () => {
    const { page } = farah;
    const rows = page.locator("table.report tbody tr");
    expect(await rows.count()).toBe(25);
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText(`26 to 50 of ${ALL}`).waitFor();
    const only = (name: RegExp) => page.getByRole("radio", { name }).check({ force: true });
    const counts = await page.locator(".filters label").allTextContents();
    const count = (name: string) => Number(counts.find((each) => each.startsWith(name))?.replace(/\D/g, "") ?? 0);
    const statuses = ["Covered", "Partly", "Behind", "Not acknowledged", "Removed", "Not checked"];
    expect(count("All")).toBe(MADE + 5);
    expect(statuses.reduce((sum, status) => sum + count(status), 0)).toBe(MADE + 5);
    await only(/^Covered/);
    await shows("17: covered since when", async () => {
      for (const cell of await rows.locator(".dates").allTextContents()) expect(cell).toMatch(/^\d+ \w+ \d{4}$/);
    });
    await only(/^Not acknowledged/);
    await shows("17: pending", rows.filter({ hasText: "Ask to acknowledge escrow" }));
    await only(/^With losses/);
    const lost = await rows.count();
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(25);
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
    const lines = await save();
    const count = await page.getByRole("button", { name: /as CSV$/ }).textContent();
    expect(lines).toHaveLength(Number(count?.replace(/\D/g, "")) + 1);
    await shows("17: claimed and proven", async () => {
      const [header = "", first = ""] = lines;
      const [claimed, proven] = ["claimed", "proven"].map((name) =>
        header.split(",").indexOf(`${name} encryption keys`),
      );
      expect(Math.min(claimed ?? -1, proven ?? -1)).toBeGreaterThan(0);
      expect(first.split(",")[proven ?? -1]).toBe(first.split(",")[claimed ?? -1]);
      await page.getByText("Each claim is proved by opening it on this device").waitFor();
    });
    const columns = lines[0]?.split(",").length ?? 0;
    expect(columns).toBeGreaterThan(10);
    // Somebody who was not checked is in it too, with the reason.
    await page.getByRole("radio", { name: /^All/ }).check({ force: true });
    await page.getByRole("button", { name: `Save ${ALL} rows as CSV` }).waitFor();
    const all = await save();
    expect(all).toHaveLength(MADE + 6);
    const unchecked = all.filter((line) => line.includes("Has set up no device yet"));
    expect(unchecked.length).toBeGreaterThan(0);
    for (const line of unchecked) expect(line.split(",")).toHaveLength(columns);
    await page.getByRole("radio", { name: /^With losses/ }).check({ force: true });
  });

  it("24: a person's picture says who could bring a loss back, and who can close a gap", async () => {
    const { page } = farah;
    await page.locator("table.report tbody a").first().click();
    await shows("17: lost", page.getByRole("row", { name: /Lost Only the removed Laptop could bring it back$/ }));
    expect(await page.getByRole("img", { name: /^What escrow covers of/ }).count()).toBe(1);
    expect(await faultsInBothThemes(farah)).toEqual([]);
    await page.getByRole("link", { name: "All people" }).click();
    await page.getByRole("radio", { name: /^Behind/ }).check({ force: true });
    await page.locator("table.report tbody a").first().click();
    await shows(
      "17: gap: which dates, and which device could close it",
      page.getByRole("row", { name: /\d{4} – (today|\d+ \w+ \d{4}) Gap Ward tablet \(last seen .*\) can close it/ }),
    );
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
    world.expectRefusals("404 /keys/v1/logs/…/entries");
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
    const portal = await phone.tab();
    const old = phone.page;
    phone.page = portal;
    await portal.goto("/portal");
    await portal.getByRole("button", { name: "Begin anew…" }).click();
    await phone.stepUp();
    await portal.getByRole("button", { name: "Allow it for 15 minutes" }).click();
    await portal.getByText(/Your account may begin anew until/).waitFor();
    phone.page = old;
    const anew = await world.browser();
    await anew.signIn("Ada Byrne");
    await anew.page.getByRole("button", { name: "Begin anew" }).click();
    await anew.items("open").nth(2).waitFor();
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

describe("an admin who lost every escrow device", () => {
  it("14: is let in by the paper from the safe", async () => {
    const again = await world.browser();
    await again.enter("Farah Nasser", "New computer");
    await goToEscrow(again);
    const { page } = again;
    await page.getByLabel("Name of this escrow device").fill("New desk");
    await page.getByRole("button", { name: "Ask to join" }).click();
    await page.getByRole("button", { name: "Use a backup key of escrow instead" }).click();
    await page.getByRole("textbox", { name: "Backup key" }).fill(escrowPaper);
    await page.getByText("It is Safe, second site.").waitFor();
    await page.getByLabel("Farah's desk").check();
    expect(await faultsInBothThemes(again)).toEqual([]);
    await page.getByRole("button", { name: "Let this device in" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await again.row("New desk").textContent()).toMatch(/Manages.*Approved by Safe, second site/);
    await farah.page.getByText("This escrow device was removed").waitFor();
    await farah.context.close();
    farah = again;
  });
});

describe("another site", () => {
  it("has escrow of its own: its people compare with what their own admins published", async () => {
    const [hana, dina] = [await world.browser(), await world.browser()];
    await hana.enter("Hana Kimura", "Office");
    await setUpEscrow(hana);
    await hana.page.getByText("With escrow, Harbour Quay can restore somebody").waitFor();
    await enableEscrow(hana);
    const digits = await publishFingerprint(hana);
    expect(digits).not.toBe(await readNotice(farah));
    await dina.enter("Dina Haddad", "Laptop");
    await dina.items("open").nth(2).waitFor();
    await dina.page.getByRole("button", { name: "Compare and acknowledge" }).click();
    await typeDigits(dina, published);
    await dina.page.getByText("Do not acknowledge it.").waitFor();
    await dina.page.getByRole("dialog").getByRole("button", { name: "Later" }).click();
    await acknowledge(dina);
    await lookAt(hana, "Dina Haddad");
    await hana.page.getByText("Everything could be restored.").waitFor();
    expect(await hana.page.getByText("Ada Byrne").count()).toBe(0);
    for (const { context } of [hana, dina]) await context.close();
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
