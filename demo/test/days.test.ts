// Days that are not like others: what is lost, a wrong clock, and a letter while nobody is there. The numbers are those of the list of what
// must be true for users.

import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.js";
import { shows } from "./phrases.js";
import { type Device, serverClock, World } from "./world.js";

let world: World;

beforeAll(async () => {
  world = await World.open();
});
afterAll(async () => {
  serverClock.ahead = 0;
  await world?.close();
});

const DAY = 86_400_000;
const YEAR = 365 * DAY;
const ENTRIES = /\/keys\/v1\/(logs|subjects)\/[^/]+\/entries/;
const isWrite = (method: string, url: string) => method !== "GET" && ENTRIES.test(url);

describe("the unusual", () => {
  it("5, 24: what is lost names who could still bring it back, and no approval gives it", async () => {
    const [desk, spare, tablet] = [await world.browser(), await world.browser(), await world.browser()];
    await desk.enter("Ada Byrne", "Desk");
    await desk.items("open").nth(2).waitFor();
    await desk.makePaper();
    await spare.enter("Ada Byrne", "Spare");
    await desk.page.goto("about:blank");
    await spare.remove("Paper in the safe");
    await spare.row("Desk").getByRole("button", { name: "Remove" }).click();
    await spare.page.getByText("It alone holds the keys of").waitFor();
    await spare.page.getByRole("button", { name: "Remove it" }).click();
    const warning = spare.page.locator(".line").filter({ hasText: "lost" }).first();
    await shows("24: lost stretches name the removed devices", warning.filter({ hasText: "Desk" }));
    await shows("24: lost stretches name the removed backup keys", warning.filter({ hasText: "Paper in the safe" }));
    expect(await seriousFaults(spare.page)).toEqual([]);

    // Another device: it gets what the approver has, and no more.
    await spare.go("Inbox");
    await spare.page.getByRole("button", { name: "A letter" }).click();
    await spare.items("open").waitFor();
    await tablet.enter("Ada Byrne", "Tablet");
    await tablet.items("locked").nth(3).waitFor();
    await spare.go("Devices & Activity");
    await spare.page.getByRole("button", { name: "Review activity" }).click();
    await shows(
      "5: it says that data is lost for good, and since when",
      spare.page.getByText(/^Nobody can give it the mail (of|from) today, \d\d:\d\d.*: that is lost\.$/),
    );
    await spare.page.getByRole("button", { name: "Cancel" }).click();
    await spare.approve("Tablet", await tablet.digits());
    await shows("5: approval gives exactly the approver's data access", async () => {
      await tablet.items("open").waitFor();
      expect(await tablet.items("locked").count()).toBe(3);
    });
    await shows("5: the list shows the new date", async () => {
      const [its, approvers] = await Promise.all(
        ["Tablet", "Spare"].map((name) => spare.row(name).locator(".access").textContent()),
      );
      expect(its).toMatch(/^Reads mail since today/);
      expect(its).toBe(approvers);
    });
    await tablet.context.close();

    // The first device comes back, and reaches further than the device that approves it.
    await desk.page.goto("/");
    await desk.page.getByRole("button", { name: /^Join again/ }).click();
    await desk.page.getByText("This device reads new mail only").waitFor();
    await spare.approve("Desk", await desk.digits());
    await desk.page.getByRole("button", { name: "Bring it back" }).click();
    await desk.items("open").nth(3).waitFor();
    await spare.go("Backup keys");
    await spare.page.getByRole("button", { name: "New backup key" }).click();
    await shows(
      "9: an older device extends",
      spare.page.getByText(/^Desk.* reads mail since .*: a backup key made there opens more\.$/),
    );
    for (const { context } of [desk, spare]) await context.close();
  });

  it("27: a clock that is wrong is said in words", async () => {
    const desk = await world.browser();
    await desk.enter("Ben Okafor", "Desk");
    const late = await world.browser();
    await late.page.clock.setFixedTime(Date.now() - 30 * DAY);
    await late.signIn("Ben Okafor");
    await late.page.getByLabel("Name of this device").fill("Late");
    await late.page.getByRole("button", { name: "Add this device" }).click();
    await shows("27: wrong clocks", late.page.getByText("Check this device's clock"));
    await late.context.close();
    await desk.context.close();
  });

  it("8, 31: nothing is sealed to a device that left, until another has changed the keys", async () => {
    const [desk, spare] = [await world.browser(), await world.browser()];
    await desk.enter("Dina Haddad", "Desk");
    await spare.enter("Dina Haddad", "Spare");
    await desk.approve("Spare", await spare.digits());
    await spare.items("open").nth(2).waitFor();
    await desk.page.close();
    await spare.go("Devices & Activity");
    await spare.page.getByRole("button", { name: "Remove this device" }).click();
    await spare.page.getByRole("button", { name: "Remove this device and sign out" }).click();
    await spare.page.getByLabel("Name of this device").waitFor();
    const arrives = () =>
      spare.page.evaluate(async () => {
        const headers = { "content-type": "application/json" };
        return (await fetch("/api/items", { method: "POST", headers, body: '{"kind":"mail"}' })).status;
      });
    world.expectRefusals("409 /api/items");
    await shows("31: it never seals to a removed device unknowingly", async () => {
      expect(await arrives()).toBe(409);
      await spare.page.goto("/portal");
      await spare.page.getByText("Nothing new is sealed for now").waitFor();
    });
    desk.page = await desk.tab();
    await desk.page.goto("/#/devices");
    await desk.page.getByText("Desk changed the keys").waitFor();
    expect(await arrives()).toBe(201);
    await desk.go("Inbox");
    await desk.items("open").nth(3).waitFor();
    await desk.items("open").first().click();
    await shows("31: a service seals with the public log alone", async () => {
      await desk.page.getByText("with the public keys in your account. It has no key to open it.").waitFor();
      await desk.page.getByText("Sealed by the clinic's server, opened on this device").waitFor();
    });
    await shows(
      "31: it knows how fresh the log is",
      desk.page.getByText(/^It was sealed for your devices as Activity lists them up to change \d+, the newest\./),
    );
    await desk.context.close();
    await spare.context.close();
  });

  it("26: a device that is killed while it joins, or whose answer is lost, is one device", async () => {
    const desk = await world.browser();
    await desk.enter("Emil Sørensen", "Desk");
    const join = async (device: Device, name: string) => {
      await device.signIn("Emil Sørensen");
      await device.page.getByLabel("Name of this device").fill(name);
      await device.page.getByRole("button", { name: "Add this device" }).click();
    };
    const isOnce = async (name: string) => {
      await desk.go("Devices & Activity");
      await desk.row(name).waitFor();
      expect(await desk.row(name).count()).toBe(1);
    };
    const [killed, lost] = [await world.browser(), await world.browser()];
    // The link is stored on the device, and never leaves it.
    await killed.page.route(ENTRIES, (route) => (route.request().method() === "GET" ? route.continue() : undefined));
    const asked = killed.page.waitForRequest((request) => isWrite(request.method(), request.url()));
    await join(killed, "Killed");
    await asked;
    await killed.page.close();
    killed.page = await killed.tab();
    await killed.page.goto("/");
    await killed.page.getByText("This device reads new mail only").waitFor();
    await shows("26: a kill or crash", () => isOnce("Killed"));

    // The server has it, and the device does not know that.
    let isFirst = true;
    await lost.page.route(ENTRIES, async (route) => {
      if (route.request().method() === "GET" || !isFirst) return await route.continue();
      isFirst = false;
      await route.fetch();
      return await route.abort();
    });
    world.expectRefusals("net::ERR_FAILED /keys/v1/logs/…/entries");
    await join(lost, "Lost answer");
    await lost.page.getByText("This device reads new mail only").waitFor();
    await shows("26: a lost answer", () => isOnce("Lost answer"));

    // Both write at once: one is first, and the other does it again.
    await desk.approve("Killed", await killed.digits());
    await shows("26: a race", async () => {
      await Promise.all([desk.rename("Desk in room 1"), killed.rename("Not killed")]);
      for (const device of [desk, killed])
        for (const name of ["Desk in room 1", "Not killed"]) await device.row(name).waitFor();
    });
    for (const { context } of [killed, lost]) await context.close();
    await desk.context.close();
  });

  it("26: a full disk is said in words, and loses nothing", async () => {
    const desk = await world.browser();
    await desk.enter("Chloé Martin", "Desk");
    await desk.items("open").nth(2).waitFor();
    await desk.go("Devices & Activity");
    // The browser refuses every write, as it does on a full disk.
    await desk.page.evaluate(() => {
      const { put } = IDBObjectStore.prototype;
      const full = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
      Object.assign(IDBObjectStore.prototype, { put: full });
      addEventListener("room", () => Object.assign(IDBObjectStore.prototype, { put }));
    });
    await desk.page.getByRole("button", { name: "Rename" }).click();
    const dialog = desk.page.getByRole("dialog");
    await dialog.getByLabel("Name of this device").fill("Full");
    await dialog.getByRole("button", { name: "Rename" }).click();
    await shows("26: a full disk", async () => {
      await dialog.getByText("This browser could not store anything").waitFor();
      await desk.page.evaluate(() => dispatchEvent(new Event("room")));
      await dialog.getByRole("button", { name: "Rename" }).click();
      await dialog.waitFor({ state: "detached" });
      await desk.page.reload();
      await desk.row("Full").waitFor();
      await desk.go("Inbox");
      await desk.items("open").nth(2).waitFor();
    });
    await desk.context.close();
  });

  it("27: a copied profile, and one that was restored from a backup, are recognised", async () => {
    const profiles = mkdtempSync(join(tmpdir(), "keystead-profiles-"));
    const [own, copy] = [join(profiles, "own"), join(profiles, "copy")];
    let desk = await world.profile(own);
    await desk.enter("George Lind", "Desk");
    await desk.items("open").nth(2).waitFor();
    await desk.context.close();
    cpSync(own, copy, { recursive: true });
    desk = await world.profile(own);
    await desk.page.goto("/#/devices");
    await desk.rename("Office");
    const says = "Another copy of this device is in use, or its storage was restored from a backup.";
    const other = await world.profile(copy);
    await other.page.goto("/#/devices");
    await shows("27: restored backups", other.page.getByText(says));
    await other.page.getByRole("button", { name: "Take fresh keys" }).click();
    await shows("27: copied profiles", desk.page.getByText("A copy of this device took over its keys"));
    for (const { context } of [desk, other]) await context.close();
    rmSync(profiles, { recursive: true });
  });

  it("27: a device that comes back after years learns what happened, with its dates", async () => {
    const [desk, old] = [await world.browser(), await world.browser()];
    await desk.enter("Hana Kimura", "Desk");
    await old.enter("Hana Kimura", "Old laptop");
    await desk.approve("Old laptop", await old.digits());
    await old.items("open").nth(2).waitFor();
    await old.page.goto("about:blank");
    const paper = await desk.makePaper();
    await desk.context.close();
    serverClock.ahead = 3 * YEAR;
    const anew = await world.browser();
    for (const { page } of [old, anew]) await page.clock.install({ time: Date.now() + serverClock.ahead });
    await anew.enter("Hana Kimura", "New laptop");
    await anew.page.getByRole("button", { name: "Use a backup key" }).click();
    await anew.page.getByRole("textbox", { name: "Backup key" }).fill(paper);
    await anew.page.getByLabel("Desk").check();
    await anew.page.getByRole("button", { name: "Open my mail" }).click();
    await anew.items("open").nth(2).waitFor();
    await anew.page.getByRole("button", { name: "A letter" }).click();
    await old.page.goto("/");
    await shows("27: offline for years", async () => {
      await old.items("open").nth(3).waitFor();
      await old.go("Devices & Activity");
      await old.row("Desk").getByText("Removed by Paper in the safe, today").waitFor();
      expect(await old.row("Old laptop").textContent()).toMatch(/Reads everything, since \d+ \w+ \d{4}/);
      await old.page.getByText("Up to date").first().waitFor({ state: "attached" });
    });
    serverClock.ahead = 0;
    for (const { context } of [old, anew]) await context.close();
  });

  it("no page complained, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
