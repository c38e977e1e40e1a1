// The demo as people meet it, in real browsers at once: each browser context is a device. The numbers are those of the list of what
// must be true for users.

import { cpSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.js";
import { shows } from "./phrases.js";
import { type Device, World } from "./world.js";

const data = mkdtempSync(join(tmpdir(), "keystead-demo-"));
/** A copy of it. */
const yesterday = `${data}-yesterday`;
let world: World;
let laptop: Device;
let phone: Device;
let watch: Device;
/** The text of the backup key that the laptop made. */
let paper: string;

const arrives = (device: Device) => device.page.getByRole("button", { name: "A letter" }).click();

beforeAll(async () => {
  world = await World.open(data);
  laptop = await world.browser();
  phone = await world.browser({ isPhone: true, theme: "dark" });
});
afterAll(async () => {
  await world?.close();
  for (const folder of [data, yesterday]) rmSync(folder, { recursive: true, force: true });
});

describe("devices", () => {
  it("1: the first device makes its keys, and reads everything from then on", async () => {
    await laptop.page.goto("/");
    await laptop.page.getByRole("button", { name: "Sign in" }).click();
    await laptop.page.getByText("Type the password.").waitFor();
    // Two browsers that Ada used before: nobody has keys yet.
    for (const device of [phone, laptop]) {
      await device.signIn("Ada Byrne");
      await device.page.getByRole("button", { name: "Set up this device" }).waitFor();
    }
    // While the device is set up, no page says that the account is on another one already.
    await laptop.page.evaluate(() => {
      const titles: string[] = [];
      Object.assign(window, { titles });
      new MutationObserver(() => titles.push(document.querySelector("h1")?.textContent ?? "")).observe(document.body, {
        ...{ childList: true, subtree: true, characterData: true },
      });
    });
    await laptop.page.getByLabel("Name of this device").fill("Laptop");
    await laptop.page.getByRole("button", { name: "Set up this device" }).click();
    await laptop.items("open").nth(2).waitFor();
    const titles = await laptop.page.evaluate(() => (window as unknown as { titles: string[] }).titles);
    expect(titles).toContain("Inbox");
    expect(titles.filter((title) => !["", "Welcome, Ada", "Inbox"].includes(title))).toEqual([]);
    await laptop.go("Devices & Activity");
    await shows("1: the first device opens the log", laptop.page.getByText("Laptop opened this account"));
    await shows("1: data access of the first device is everything", async () =>
      expect(await laptop.row("Laptop").textContent()).toContain("Reads everything, since today"),
    );
    expect(await seriousFaults(laptop.page)).toEqual([]);
    await shows("7: at least one device or backup key remains", async () => {
      await laptop.page.getByText("It is the only one in your account, and cannot be removed").waitFor();
      expect(await laptop.page.getByRole("button", { name: "Remove this device" }).count()).toBe(0);
    });
  });

  it("3: a new device receives at once, and cannot read what is older; locked items say what to do", async () => {
    // Its page was open before the account had a first device.
    await shows("1: a device that was signed in before joins", async () => {
      const { page } = phone;
      world.expectRefusals("409 /keys/v1/subjects/…");
      await page.getByLabel("Name of this device").fill("Phone");
      await page.getByRole("button", { name: "Set up this device" }).click();
      await page.getByRole("heading", { name: "Add this device" }).waitFor();
      expect(await page.getByLabel("Name of this device").inputValue()).toBe("Phone");
      await page.getByRole("button", { name: "Add this device" }).click();
      await page.getByText("This device reads new mail only").waitFor();
    });
    await phone.items("locked").nth(2).waitFor();
    expect(await seriousFaults(phone.page)).toEqual([]);
    await arrives(phone);
    await shows("3: a new device receives at once", phone.items("open"));
    await shows("3: it cannot read older data until approved", async () => {
      expect(await phone.items("open").count()).toBe(1);
      expect(await phone.items("locked").count()).toBe(3);
    });
    const digits = await laptop.ownDigits();
    await shows("1: each device makes keys of its own as it comes online", async () => {
      expect(digits).toMatch(/^(\d{5} ){11}\d{5}$/);
      expect(await phone.digits()).not.toBe(digits);
    });
    await phone.items("locked").first().click();
    await phone.page.getByText("To open it, approve this device on Laptop.").waitFor();
  });

  it("4, 6: it surfaces on the other; on a mismatch the guidance is to remove it", async () => {
    await laptop.page.getByText("One device waits for your review").waitFor();
    await laptop.page.getByRole("link", { name: /Devices & Activity.*one waits for your review/ }).waitFor();
    await laptop.go("Devices & Activity");
    await laptop.row("Phone").getByRole("button", { name: "Review it" }).click();
    const { page } = laptop;
    await shows("6: fingerprints are compared before saving", async () => {
      expect(await page.getByLabel("Compare it first").isDisabled()).toBe(true);
      expect(await page.getByRole("button", { name: /^Approve/ }).count()).toBe(0);
    });
    await page.getByRole("tab", { name: "Type or paste" }).click();
    await page.getByLabel("What the other device shows").fill("12345 ".repeat(12));
    await page.getByRole("button", { name: "Compare" }).click();
    await shows(
      "6: on mismatch the guidance is remove, not approve",
      page.getByText("Do not approve Phone").filter({ hasText: "save: that removes it" }),
    );
    expect(await page.getByLabel("Compare it first").isDisabled()).toBe(true);
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Cancel" }).click();
  });

  it("2, 4, 5: approving gives the approver's access, says so, and names who did it", async () => {
    await phone.page.getByRole("link", { name: "Inbox" }).first().click();
    await laptop.approve("Phone", await phone.digits());
    await phone.items("open").nth(3).waitFor();
    expect(await phone.items("locked").count()).toBe(0);
    await shows("2: name, kind, details, added date and data-access date of every member", async () => {
      const today = String.raw`today, \d\d:\d\d`;
      const facts = `^PhoneApprovedReads everything, since ${today}Device · Chrome on Linux · Added ${today} · Approved by Laptop, ${today}`;
      expect(await laptop.row("Phone").textContent()).toMatch(new RegExp(facts));
    });
    await laptop.page.getByText("Laptop approved Phone").waitFor();
    await shows("2: own fingerprint", async () => {
      const digits = await phone.ownDigits();
      expect(digits).toMatch(/^(\d{5} ){11}\d{5}$/);
      expect(await laptop.ownDigits()).not.toBe(digits);
    });
    await shows("2: any device shows the list", async () => {
      const list = await laptop.list();
      expect(list).toHaveLength(2);
      expect(await phone.list()).toEqual(list);
    });
  });

  it("begins each page at its top", async () => {
    await phone.go("Devices & Activity");
    await phone.page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    expect(await phone.page.evaluate(() => scrollY)).toBeGreaterThan(0);
    await phone.go("Inbox");
    expect(await phone.page.evaluate(() => scrollY)).toBe(0);
  });

  it("5: an approver that reaches less far says which device reaches further", async () => {
    const tablet = await world.browser();
    watch = await world.browser();
    await tablet.enter("Ada Byrne", "Tablet");
    // Lets the tablet in from now on only: a device of its own that approves another.
    await watch.enter("Ada Byrne", "Watch");
    await tablet.go("Devices & Activity");
    await tablet.page.getByRole("button", { name: "Review activity" }).click();
    await shows(
      "5: it says which older device reaches further back",
      tablet.page.getByText(/(Laptop|Phone) reaches further back/),
    );
    await tablet.page.getByRole("button", { name: "Cancel" }).click();
    await shows("4: pending devices surface on all existing devices", async () => {
      for (const device of [laptop, phone]) {
        await device.go("Devices & Activity");
        await device.page.getByText("2 devices wait for your review").waitFor();
      }
    });
    await shows("2: what is pending", async () => {
      for (const name of ["Tablet", "Watch"])
        expect(await phone.row(name).textContent()).toMatch(/^\w+Waiting.*Not approved by anybody/);
    });
    // One of them is checked, the other is not.
    await tablet.page.getByRole("link", { name: "Inbox" }).first().click();
    await laptop.approve("Tablet", await tablet.digits());
    await shows("4: saving approves the checked and removes the unchecked, in one link", async () => {
      await laptop.page.getByText("Laptop approved Tablet and removed Watch", { exact: true }).waitFor();
      await tablet.items("open").nth(3).waitFor();
    });
    await shows("2: what was removed and by whom", laptop.row("Watch").getByText("Removed by Laptop, today"));
  });

  it("22: a removed device locks, and can be erased", async () => {
    const { page } = watch;
    await shows("22: it says who removed it", page.getByText(/^Laptop removed it, today/));
    await shows("22: it locks", async () => {
      await page.getByText("opens nothing until you choose").waitFor();
      expect(await page.locator(".item").count()).toBe(0);
      expect(await page.getByRole("navigation").count()).toBe(0);
    });
    await shows("22: it offers: keep reading, rejoin, wipe", async () => {
      const offers = await page.locator(".choice strong").allTextContents();
      expect(offers).toEqual(["Join again", "Keep reading older mail", "Erase this device"]);
    });
    await page.getByRole("button", { name: /^Erase this device/ }).click();
    await page.getByRole("heading", { name: "Add this device" }).waitFor();
    await shows("22: wipe", async () => {
      // A new session has begun, without anything of the old one.
      await page.reload();
      await page.getByRole("heading", { name: "Add this device" }).waitFor();
    });
    await watch.context.close();
  });
});

describe("backup keys", () => {
  it("9: made on a device, shown once, and proved by typing part of it back", async () => {
    await laptop.go("Inbox");
    await laptop.page.getByText("only a backup key brings your mail back").waitFor();
    paper = await laptop.makePaper();
    expect(paper).toMatch(/^[0-9A-Z]{4}(-[0-9A-Z]{4}){8}$/);
    await shows("9: listed like a device", async () => {
      await laptop.go("Devices & Activity");
      const row = await laptop.row("Paper in the safe").textContent();
      expect(row).toContain(`Backup key · The paper begins with ${paper.slice(0, 4)} · Made by Laptop, today`);
    });
    await shows("9: data access is the maker's", async () => {
      const [its, makers] = await Promise.all(
        ["Paper in the safe", "Laptop"].map((name) => laptop.row(name).locator(".access").textContent()),
      );
      expect(its).toBe(makers);
    });
    await laptop.go("Backup keys");
  });

  it("11: a drill checks a paper without using it", async () => {
    const { page } = laptop;
    await page.getByRole("button", { name: "Check a paper key" }).click();
    await page.getByRole("textbox", { name: "Backup key" }).fill(paper.toLowerCase().replaceAll("-", " "));
    await shows("11: a drill checks a paper key without using it", async () => {
      await page.getByText("It is Paper in the safe.").waitFor();
      expect(await page.getByText("Paper in the safe approved").count()).toBe(0);
    });
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
    await shows("26: no backup key that nobody saw", () => expect(again).toBe(shown));
    await ben.page.getByRole("button", { name: "Cancel and remove this key" }).click();
    await ben.page.getByText("You have no backup key").waitFor();
    await ben.context.close();
  });

  it("10: restores everything on a new device, with mistakes corrected, and removes what was lost in the same link", async () => {
    const fresh = await world.browser({ theme: "dark" });
    await fresh.enter("Ada Byrne", "New laptop");
    await fresh.items("locked").nth(2).waitFor();
    await fresh.page.getByRole("button", { name: "Use a backup key" }).click();
    const wrong = `${paper.slice(0, -1)}${paper.endsWith("7") ? "8" : "7"}`;
    await fresh.page.getByRole("textbox", { name: "Backup key" }).fill(wrong);
    await shows(
      "10: tolerates typing mistakes, and says what it corrected",
      fresh.page.getByText(`Character 4 of group 9 was read as ${wrong.at(-1)}, it is ${paper.at(-1)}.`),
    );
    await fresh.page.getByLabel("Phone").check();
    expect(await seriousFaults(fresh.page)).toEqual([]);
    await fresh.page.getByRole("button", { name: "Open my mail" }).click();
    await shows("10: restores everything it reached", async () => {
      await fresh.items("open").nth(3).waitFor();
      expect(await fresh.items("locked").count()).toBe(0);
    });
    await fresh.context.close();
  });
});

describe("a removed device", () => {
  it("22: locks, says who removed it, and keeps reading older mail only", async () => {
    await phone.page.getByText("This device was removed from your account").waitFor();
    await phone.page.getByText(/Paper in the safe removed it/).waitFor();
    expect(await seriousFaults(phone.page)).toEqual([]);
    await phone.page.getByRole("button", { name: /^Keep reading older mail/ }).click();
    await phone.go("Inbox");
    await shows("22: a removed device keeps its keys", () => phone.items("open").nth(3).waitFor());
  });

  it("7: cannot open what is sealed from then on", async () => {
    await laptop.go("Inbox");
    await arrives(laptop);
    await laptop.items("open").nth(4).waitFor();
    await shows("7: from the next sealed byte on it cannot read", async () => {
      await phone.items("locked").first().waitFor();
      expect(await phone.items("locked").count()).toBe(1);
    });
    await phone.items("locked").click();
    await phone.page.getByText("Join again with it first: it becomes a new device.").waitFor();
    await phone.page.getByRole("article").getByRole("link", { name: "Inbox" }).click();
  });

  it("22: joins again as a new device, and takes over what it held", async () => {
    await phone.page.getByRole("button", { name: "Join again" }).click();
    await phone.page.getByRole("button", { name: "Bring it back" }).click();
    await shows("22: rejoin", phone.page.getByText("This device reads new mail only"));
    await phone.items("open").nth(3).waitFor();
  });
});

describe("a thief with the password", () => {
  it("23: removes the owner, who joins again, brings everything back with the old keys, and removes the thief", async () => {
    const [desk, thief, second] = [await world.browser(), await world.browser(), await world.browser()];
    await desk.enter("Emil Sørensen", "Surgery");
    await desk.items("open").nth(2).waitFor();
    const sheet = await desk.makePaper();
    await thief.enter("Emil Sørensen", "Thief");
    await second.enter("Emil Sørensen", "Thief's phone");
    await thief.go("Devices & Activity");
    await thief.row("Surgery").getByRole("button", { name: "Remove" }).click();
    await thief.page.getByRole("button", { name: "Remove it" }).click();
    // The paper was approved by what is gone: the page offers to remove it as well.
    await thief.page.getByText("Paper in the safe was approved only by what you have removed").waitFor();
    await thief.page.getByRole("button", { name: "Remove it" }).click();
    await thief.page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
    await shows("23: a thief removes all devices and backup keys, and the owner joins again", async () => {
      for (const name of ["Surgery", "Paper in the safe"])
        await thief.row(name).getByText("Removed by Thief").waitFor();
      await desk.page.getByText("This device was removed from your account").waitFor();
      await desk.page.getByText(/^Thief removed it, .* Nobody had approved that device\.$/).waitFor();
      await desk.page.getByRole("button", { name: /^Join again/ }).click();
    });
    await desk.page.getByRole("button", { name: "Bring it back" }).click();
    await desk.go("Inbox");
    await shows("23: all data is back with a removed device's keyring", () => desk.items("open").nth(2).waitFor());
    await desk.go("Devices & Activity");
    await desk.page.getByText(/took over what Surgery.* could read before it was removed/).waitFor();

    // On a new device, by the paper that the thief removed.
    const fresh = await world.browser();
    await fresh.enter("Emil Sørensen", "New laptop");
    await fresh.items("locked").nth(2).waitFor();
    await fresh.page.getByRole("button", { name: "Use a backup key" }).click();
    await fresh.page.getByRole("textbox", { name: "Backup key" }).fill(sheet);
    await fresh.page.getByText("This key was removed from your account").waitFor();
    for (const name of [/^Thief Added/, /^Thief's phone Added/])
      await fresh.page.getByRole("checkbox", { name }).check();
    await fresh.page.getByRole("button", { name: "Open my mail" }).click();
    await shows("23: all data is back with a removed backup key", () => fresh.items("open").nth(2).waitFor());
    await thief.page.getByText("This device was removed from your account").waitFor();
    await fresh.go("Devices & Activity");
    await shows(
      "23: the thief's devices go in one step",
      fresh.page.getByText(/^New laptop removed (Thief and Thief's phone|Thief's phone and Thief)$/),
    );
    await shows(
      "23: what the thief could read is named",
      fresh.row("Thief").getByText(/^It could read mail since today, .*, until it was removed\.$/),
    );
    for (const { context } of [desk, thief, second, fresh]) await context.close();
  });
});

describe("lockdown", () => {
  it("25: says what the password is enough for without it; a new device then receives nothing until it is approved", async () => {
    const [desk, thief] = [await world.browser(), await world.browser()];
    await desk.enter("Dina Haddad", "Desk");
    await desk.go("Devices & Activity");
    await shows(
      "25: the screen that offers lockdown says that the password is enough",
      desk.page.getByText("So can somebody who has your password"),
    );
    await desk.page.getByRole("button", { name: "Switch lockdown on" }).click();
    await desk.page.getByText("a device that signs in receives nothing until you approve it").waitFor();
    await thief.enter("Dina Haddad", "Thief");
    await desk.go("Inbox");
    await arrives(desk);
    await desk.items("open").nth(3).waitFor();
    await thief.items("locked").nth(3).waitFor();
    expect(await thief.items("open").count()).toBe(0);
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
    await shows("8: self-removal rotates", desk.page.getByText("Desk changed the keys"));
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
    await shows("26: two tabs are no second device", () => expect(its).toBe(mine));
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
    await world.restartServer(() => cpSync(data, yesterday, { recursive: true }));
    await laptop.page.reload();
    await laptop.items("open").nth(4).waitFor();
    await laptop.go("Devices & Activity");
    expect(await laptop.row("Laptop").textContent()).toContain("Reads everything");
  });

  it("30: a server that was restored from yesterday's copy gets back what it forgot", async () => {
    await laptop.rename("Work laptop");
    await world.restartServer(() => {
      rmSync(data, { recursive: true });
      renameSync(yesterday, data);
    });
    await laptop.page.reload();
    await laptop.row("Work laptop").waitFor();
    await shows("30: a server that was restored from yesterday is healed", async () => {
      await phone.page.reload();
      await phone.go("Devices & Activity");
      await phone.row("Work laptop").waitFor();
      await laptop.page.getByText("Up to date").first().waitFor({ state: "attached" });
    });
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
