// The demo as people meet it, in real browsers at once: each browser context is a device. The numbers are those of the list of what
// must be true for users.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.js";
import { type Device, World } from "./world.js";

const data = mkdtempSync(join(tmpdir(), "keystead-demo-"));
let world: World;
let laptop: Device;
let phone: Device;
/** The text of the backup key that the laptop made. */
let paper: string;

const item = (device: Device, state: string) => device.page.locator(`.item[data-state=${state}]`);
const arrives = (device: Device) => device.page.getByRole("button", { name: "A letter" }).click();

beforeAll(async () => {
  world = await World.open(data);
  laptop = await world.browser();
  phone = await world.browser({ isPhone: true, theme: "dark" });
});
afterAll(async () => {
  await world?.close();
  rmSync(data, { recursive: true });
});

describe("devices", () => {
  it("1: the first device makes its keys, and reads everything from then on", async () => {
    await laptop.enter("Ada Byrne", "Laptop");
    await item(laptop, "open").nth(2).waitFor();
    await laptop.go("Devices & Activity");
    expect(await laptop.row("Laptop").textContent()).toContain("Reads everything, since today");
    expect(await seriousFaults(laptop.page)).toEqual([]);
  });

  it("3: a new device receives at once, and cannot read what is older; locked items say what to do", async () => {
    await phone.enter("Ada Byrne", "Phone");
    await item(phone, "locked").nth(2).waitFor();
    expect(await seriousFaults(phone.page)).toEqual([]);
    await arrives(phone);
    await item(phone, "open").first().waitFor();
    expect(await item(phone, "open").count()).toBe(1);
    await item(phone, "locked").first().click();
    await phone.page.getByText("To open it, approve this device on Laptop.").waitFor();
  });

  it("4, 6: it surfaces on the other; on a mismatch the guidance is to remove it", async () => {
    await laptop.page.getByText("One device waits for your review").waitFor();
    await laptop.page.getByRole("link", { name: /Devices & Activity.*one waits for your review/ }).waitFor();
    await laptop.page.getByRole("button", { name: "Review activity" }).click();
    const { page } = laptop;
    expect(await page.getByLabel("Compare it first").isDisabled()).toBe(true);
    await page.getByRole("tab", { name: "Type or paste" }).click();
    await page.getByLabel("What the other device shows").fill("12345 ".repeat(12));
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText("Do not approve Phone").waitFor();
    expect(await page.getByLabel("Compare it first").isDisabled()).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Cancel" }).click();
  });

  it("2, 4, 5: approving gives the approver's access, says so, and names who did it", async () => {
    await phone.page.getByRole("link", { name: "Inbox" }).first().click();
    await laptop.approve("Phone", await phone.digits());
    await item(phone, "open").nth(3).waitFor();
    expect(await item(phone, "locked").count()).toBe(0);
    const row = await laptop.row("Phone").textContent();
    expect(row).toContain("Reads everything, since today");
    expect(row).toContain("Approved by Laptop");
    await laptop.page.getByText("Laptop approved Phone").waitFor();
  });

  it("begins each page at its top", async () => {
    await phone.go("Devices & Activity");
    await phone.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    expect(await phone.page.evaluate(() => scrollY)).toBeGreaterThan(0);
    await phone.go("Inbox");
    expect(await phone.page.evaluate(() => scrollY)).toBe(0);
  });

  it("5: an approver that reaches less far says which device reaches further", async () => {
    const [tablet, watch] = [await world.browser(), await world.browser()];
    await tablet.enter("Ada Byrne", "Tablet");
    // Lets the tablet in from now on only: a device of its own that approves another.
    await watch.enter("Ada Byrne", "Watch");
    await tablet.go("Devices & Activity");
    await tablet.page.getByRole("button", { name: "Review activity" }).click();
    await tablet.page
      .getByText(/(Laptop|Phone) reaches further back/)
      .first()
      .waitFor();
    await tablet.page.getByRole("button", { name: "Cancel" }).click();
    // 4: unchecked ones are removed, both in one link.
    await laptop.page.getByRole("button", { name: "Review activity" }).click();
    await laptop.page.getByRole("dialog").getByRole("button", { name: "Remove 2" }).click();
    await watch.page.getByText("This device was removed from your account").waitFor();
    await laptop.page.getByText(/^Laptop removed (Tablet and Watch|Watch and Tablet)$/).waitFor();
    await tablet.context.close();
    await watch.context.close();
  });
});

describe("backup keys", () => {
  it("9: made on a device, shown once, and proved by typing part of it back", async () => {
    await laptop.go("Inbox");
    await laptop.page.getByText("only a backup key brings your mail back").waitFor();
    paper = await laptop.makePaper();
    expect(paper).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){8}$/);
    expect(await laptop.row("Paper in the safe").textContent()).toContain(`The paper begins with ${paper.slice(0, 4)}`);
  });

  it("11: a drill checks a paper without using it", async () => {
    const { page } = laptop;
    await page.getByRole("button", { name: "Check a paper key" }).click();
    await page.getByRole("textbox", { name: "Backup key" }).fill(paper.toLowerCase().replaceAll("-", " "));
    await page.getByText("It is Paper in the safe.").waitFor();
    await page.getByRole("textbox", { name: "Backup key" }).fill("0".repeat(36));
    await page.getByText("No backup key of this account reads like this.").waitFor();
    await page.getByRole("button", { name: "Close" }).last().click();
  });

  it("26: a tab that is closed before the proof loses no backup key that nobody saw", async () => {
    const ben = await world.browser();
    await ben.enter("Ben Okafor", "Desk");
    await ben.go("Backup keys");
    await ben.page.getByRole("button", { name: "New backup key" }).click();
    await ben.page.getByRole("button", { name: "Make it" }).click();
    const shown = await ben.page.getByRole("list", { name: "Your backup key" }).getAttribute("data-text");
    await ben.page.reload();
    await ben.page.getByRole("link", { name: "Show it again" }).click();
    const again = await ben.page.getByRole("list", { name: "Your backup key" }).getAttribute("data-text");
    expect(again).toBe(shown);
    await ben.page.getByRole("button", { name: "Cancel and remove this key" }).click();
    await ben.page.getByText("You have no backup key").waitFor();
    await ben.context.close();
  });

  it("10: restores everything on a new device, with mistakes corrected, and removes what was lost in the same link", async () => {
    const fresh = await world.browser({ theme: "dark" });
    await fresh.enter("Ada Byrne", "New laptop");
    await item(fresh, "locked").nth(2).waitFor();
    await fresh.page.getByRole("button", { name: "Use a backup key" }).click();
    const wrong = `${paper.slice(0, -1)}${paper.endsWith("7") ? "8" : "7"}`;
    await fresh.page.getByRole("textbox", { name: "Backup key" }).fill(wrong);
    await fresh.page.getByText(`it is ${paper.at(-1)}.`).waitFor();
    await fresh.page.getByLabel("Phone").check();
    expect(await seriousFaults(fresh.page)).toEqual([]);
    await fresh.page.getByRole("button", { name: "Open my mail" }).click();
    await item(fresh, "open").nth(3).waitFor();
    expect(await item(fresh, "locked").count()).toBe(0);
    await fresh.context.close();
  });
});

describe("a removed device", () => {
  it("22: locks, says who removed it, and keeps reading older mail only", async () => {
    await phone.page.getByText("This device was removed from your account").waitFor();
    await phone.page.getByText(/Paper in the safe removed it/).waitFor();
    expect(await seriousFaults(phone.page)).toEqual([]);
    await phone.page.getByRole("button", { name: /^Keep reading older mail/ }).click();
    await item(phone, "open").nth(3).waitFor();
  });

  it("7: cannot open what is sealed from then on", async () => {
    await laptop.go("Inbox");
    await arrives(laptop);
    await item(laptop, "open").nth(4).waitFor();
    await item(phone, "locked").first().waitFor();
    expect(await item(phone, "locked").count()).toBe(1);
    await item(phone, "locked").click();
    await phone.page.getByText("Join again with it first: it becomes a new device.").waitFor();
    await phone.page.getByRole("article").getByRole("link", { name: "Inbox" }).click();
  });

  it("22: joins again as a new device, and takes over what it held", async () => {
    await phone.page.getByRole("button", { name: "Join again" }).click();
    await phone.page.getByRole("button", { name: "Bring it back" }).click();
    await phone.page.getByText("This device reads new mail only").waitFor();
    await item(phone, "open").nth(3).waitFor();
  });
});

describe("a thief with the password", () => {
  it("23: removes the owner, who joins again, brings everything back with the old keys, and removes the thief", async () => {
    const [desk, thief] = [await world.browser(), await world.browser()];
    await desk.enter("Emil Sørensen", "Surgery");
    await item(desk, "open").nth(2).waitFor();
    await thief.enter("Emil Sørensen", "Thief");
    await thief.go("Devices & Activity");
    await thief.row("Surgery").getByRole("button", { name: "Remove" }).click();
    await thief.page.getByRole("button", { name: "Remove it" }).click();
    await desk.page.getByText("This device was removed from your account").waitFor();
    await desk.page.getByText(/^Thief removed it, .* Nobody had approved that device\.$/).waitFor();
    await desk.page.getByRole("button", { name: /^Join again/ }).click();
    await desk.page.getByRole("button", { name: "Bring it back" }).click();
    await item(desk, "open").nth(2).waitFor();
    await desk.go("Devices & Activity");
    await desk.page.getByText(/took over what Surgery.* could read before it was removed/).waitFor();
    await desk.row("Thief").getByRole("button", { name: "Remove" }).click();
    await desk.page.getByRole("button", { name: "Remove it" }).click();
    await thief.page.getByText("This device was removed from your account").waitFor();
    await thief.context.close();
    await desk.context.close();
  });
});

describe("lockdown", () => {
  it("25: says what the password is enough for without it; a new device then receives nothing until it is approved", async () => {
    const [desk, thief] = [await world.browser(), await world.browser()];
    await desk.enter("Dina Haddad", "Desk");
    await desk.go("Devices & Activity");
    await desk.page.getByText("So can somebody who has your password").waitFor();
    await desk.page.getByRole("button", { name: "Switch lockdown on" }).click();
    await desk.page.getByText("a device that signs in receives nothing until you approve it").waitFor();
    await thief.enter("Dina Haddad", "Thief");
    await desk.go("Inbox");
    await arrives(desk);
    await item(desk, "open").nth(3).waitFor();
    await item(thief, "locked").nth(3).waitFor();
    expect(await item(thief, "open").count()).toBe(0);
    await thief.context.close();
    await desk.context.close();
  });

  it("8: a device that leaves is out of the list, and another changes the keys", async () => {
    const [desk, spare] = [await world.browser(), await world.browser()];
    await desk.enter("Chloé Martin", "Desk");
    await spare.enter("Chloé Martin", "Spare");
    await desk.approve("Spare", await spare.digits());
    await spare.go("Devices & Activity");
    await spare.page.getByRole("button", { name: "Remove this device" }).click();
    await spare.page.getByRole("button", { name: "Remove this device and sign out" }).click();
    await spare.page.getByLabel("Name of this device").waitFor();
    await desk.page.getByText("Spare left").waitFor();
    await desk.page.getByText("Desk changed the keys").waitFor();
    await spare.context.close();
    await desk.context.close();
  });
});

describe("every day", () => {
  it("26: two tabs are one device", async () => {
    const tab = await laptop.tab();
    await tab.goto("/#/devices");
    await tab.locator(".row[data-status=this-device]").waitFor();
    const [mine, its] = await Promise.all(
      [laptop.page, tab].map(async (page) => {
        await page.goto("/#/devices");
        return await page.locator(".row[data-status=this-device]").getAttribute("data-member");
      }),
    );
    expect(its).toBe(mine);
    await tab.close();
  });

  it("plays a voice message from any position, and fetches no more than it plays", async () => {
    await laptop.go("Inbox");
    await laptop.page.locator(".item").filter({ hasText: "Voice message" }).click();
    const ranges: string[] = [];
    laptop.page.on("request", (request) => ranges.push(request.headers()["range"] ?? ""));
    await laptop.page.getByLabel("Position").fill("5");
    await laptop.page.getByRole("button", { name: "Play" }).click();
    await laptop.page.getByText(/^0:06 of/).waitFor();
    await laptop.page.getByRole("button", { name: "Pause" }).click();
    expect(ranges.filter((range) => /^bytes=\d+-\d+$/.test(range)).length).toBeGreaterThan(1);
    const fetched = await laptop.page.getByText("% fetched and opened").textContent();
    expect(Number.parseInt(fetched ?? "", 10)).toBeLessThan(60);
  });

  it("everything survives a reload and a restart of the server", async () => {
    await world.restartServer();
    await laptop.page.reload();
    await item(laptop, "open").nth(4).waitFor();
    await laptop.go("Devices & Activity");
    expect(await laptop.row("Laptop").textContent()).toContain("Reads everything");
  });

  it("is usable in both themes, by what axe finds", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await laptop.page.emulateMedia({ colorScheme });
      for (const screen of ["Inbox", "Devices & Activity", "Backup keys"] as const) {
        await laptop.go(screen);
        expect(await seriousFaults(laptop.page)).toEqual([]);
      }
    }
  });

  it("no page complained, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
