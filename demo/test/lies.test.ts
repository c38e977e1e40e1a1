// The dishonest server of the demo: it really tells each lie, and each device refuses it and says so (30 of what must be true for users).

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.js";
import { enableEscrow, goToEscrow, publishFingerprint, setUpEscrow } from "./escrow-world.js";
import { shows } from "./phrases.js";
import { type Device, World } from "./world.js";

let world: World;
let laptop: Device;
let phone: Device;

beforeAll(async () => {
  world = await World.open();
  [laptop, phone] = [await world.browser(), await world.browser()];
  await laptop.enter("Chloé Martin", "Laptop");
  await phone.enter("Chloé Martin", "Phone");
  await laptop.approve("Phone", await phone.digits());
  await phone.items("open").nth(2).waitFor();
});
afterAll(async () => await world?.close());

/** Has the server begin a lie, from a device. */
async function tell(device: Device, lie: string, button = "Switch on"): Promise<void> {
  await device.go("Dishonest server");
  await device.page.locator(".lie").filter({ hasText: lie }).getByRole("button", { name: button }).click();
  if (button === "Switch on") await device.page.getByRole("button", { name: "Be honest again" }).waitFor();
}

const beHonest = async (device: Device) => {
  await device.page.getByRole("button", { name: "Be honest again" }).click();
  await device.page.getByRole("button", { name: "Be honest again" }).waitFor({ state: "detached" });
};

describe("30: a server that", () => {
  it("swaps letters shows nothing of either", async () => {
    await tell(laptop, "Swap letters");
    expect(await seriousFaults(laptop.page)).toEqual([]);
    await laptop.page.goto("/#/inbox");
    await laptop.page.reload();
    await laptop.items("damaged").nth(1).click();
    await laptop.page.getByText("This is not what was sealed for you").waitFor();
    await laptop.go("Dishonest server");
    await beHonest(laptop);
    await laptop.page.goto("/#/inbox");
    await laptop.items("open").nth(2).waitFor();
  });

  it("adds a device of its own is seen at once, and the device is marked and removed", async () => {
    await tell(laptop, "Add a device of its own", "Do it");
    await phone.go("Devices & Activity");
    await phone.page.getByText("One device waits for your review").waitFor();
    await laptop.go("Devices & Activity");
    await laptop.page.getByRole("button", { name: "Review activity" }).click();
    await laptop.page
      .locator(".candidate")
      .getByText(/^Laptop \([0-9a-f]{8}\)/)
      .first()
      .waitFor();
    await laptop.page
      .getByRole("dialog")
      .getByRole("button", { name: /^Remove Laptop/ })
      .click();
    await laptop.page.getByRole("dialog").waitFor({ state: "detached" });
    await phone.page.getByText("One device waits for your review").waitFor({ state: "detached" });
  });

  it("forgets a change learns that, and gets it back", async () => {
    // The server that forgot takes no links either.
    world.expectRefusals("429 /keys/v1/logs/…/entries");
    await laptop.rename("Work laptop");
    await tell(laptop, "Forget your newest change");
    await laptop.page.getByText("The server lost entries").first().waitFor();
    // A phone says it too, beside its closed menu.
    const connection = laptop.page.locator(".connection");
    await laptop.page.setViewportSize({ width: 390, height: 844 });
    expect(await connection.isVisible()).toBe(true);
    expect(await connection.textContent()).toContain("The server lost entries");
    expect(await laptop.page.locator(".whoami").isVisible()).toBe(false);
    await beHonest(laptop);
    await connection.filter({ hasText: "Up to date" }).waitFor({ state: "attached" });
    await shows("30: a server that forgets is healed", async () => {
      await phone.go("Devices & Activity");
      await phone.row("Work laptop").waitFor();
    });
    expect(await connection.isVisible()).toBe(false);
    await laptop.page.setViewportSize({ width: 1280, height: 860 });
  });

  it("withholds a removal is caught by the next letter, which names what is hidden", async () => {
    const tablet = await world.browser();
    await tablet.enter("Chloé Martin", "Tablet");
    await phone.approve("Tablet", await tablet.digits());
    await tell(laptop, "Withhold a removal");
    await laptop.go("Devices & Activity");
    await laptop.row("Tablet").getByRole("button", { name: "Remove" }).click();
    await laptop.page
      .getByRole("dialog")
      .getByRole("button", { name: /^Remove/ })
      .click();
    await laptop.page.getByRole("dialog").waitFor({ state: "detached" });
    await laptop.go("Inbox");
    await laptop.page.getByRole("button", { name: "A letter" }).click();
    await laptop.items("open").nth(3).waitFor();
    for (const { page } of [phone, tablet]) {
      await page.goto("/#/inbox");
      await page.reload();
      await page.locator(".item[data-state=withheld]").click();
      await page.getByText("The server hides changes of your devices").waitFor();
      expect(await page.getByText(/^This was sealed after change \d+ of your devices/).count()).toBe(1);
    }
    expect(await seriousFaults(phone.page)).toEqual([]);
    await laptop.go("Dishonest server");
    await beHonest(laptop);
    await phone.page.reload();
    await phone.page.getByText("opened on this device").waitFor();
    await tablet.page.getByRole("heading", { name: "This device was removed from your account" }).waitFor();
    await tablet.context.close();
  });

  it("shows two histories is caught when they meet, and the evidence is kept", async () => {
    await tell(laptop, "Show two histories");
    await laptop.rename("One");
    await phone.rename("Two");
    await laptop.go("Dishonest server");
    await beHonest(laptop);
    // At its start a device compares the newest change that it knows.
    await phone.page.reload();
    await phone.page.getByText("The server contradicts itself").waitFor();
    await phone.page.getByText("Two different histories of your account exist.").waitFor();
    await shows("30: a server that lies is shown with evidence, never believed", async () => {
      await phone.page.getByText("One piece of evidence is kept on this device.").waitFor();
      await phone.page.getByText("Nothing new is believed").waitFor();
    });
    expect(await seriousFaults(phone.page)).toEqual([]);
    await phone.context.close();
  });

  it("replaces the account raises an alarm on a device that knew it", async () => {
    world.expectRefusals("404 /keys/v1/logs/…/entries");
    await tell(laptop, "Swap your keys");
    await laptop.page.getByText("Your account was replaced by another one.").first().waitFor();
    await laptop.page.getByRole("link", { name: "Inbox" }).first().click();
    await laptop.page.getByRole("heading", { name: "The server contradicts itself" }).waitFor();
    await laptop.page.getByRole("link", { name: "page that makes the server lie" }).click();
    await beHonest(laptop);
    await laptop.page.getByText("The server is honest now").waitFor();
  });

  it("replays an old escrow log is refused by a user and by an administrator, and evidence is kept", async () => {
    const admin = await world.browser();
    const user = await world.browser();
    await admin.enter("Farah Nasser", "Laptop");
    await setUpEscrow(admin);
    await enableEscrow(admin);
    await publishFingerprint(admin);
    await user.enter("Ada Byrne", "Laptop");
    await user.go("Dishonest server");
    await user.page.getByText("Nobody has set escrow up").waitFor({ state: "detached" });
    for (const device of [user, admin]) {
      await tell(device, "Replay an old history of escrow");
      await device.page.getByText("The server lost entries").first().waitFor();
      await device.page.getByText("One piece of evidence is kept on this device.").waitFor();
    }
    expect(await seriousFaults(user.page)).toEqual([]);
    await goToEscrow(admin);
    await admin.page.getByRole("main").getByText("The server lost entries").waitFor();
    for (const device of [user, admin]) {
      await device.go("Dishonest server");
      await beHonest(device);
      await device.page.getByText("Up to date").first().waitFor();
    }
  });

  it("no page complained, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
