// Colleagues who write to each other, each device in a browser of its own. The numbers are those of the list of what must be true for
// users.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.js";
import { shows } from "./phrases.js";
import { type Device, World } from "./world.js";

let world: World;
let ada: Device;
let ben: Device;

beforeAll(async () => {
  world = await World.open();
  [ada, ben] = [await world.browser(), await world.browser({ theme: "dark" })];
  await ada.enter("Ada Byrne", "Laptop");
  await ben.enter("Ben Okafor", "Desk");
});
afterAll(async () => await world?.close());

const chat = async (device: Device, name: string) => {
  await device.go("Colleagues");
  await device.page.locator(".colleague").filter({ hasText: name }).click();
  await device.page.getByRole("heading", { level: 2, name }).waitFor();
};

async function write(device: Device, text: string): Promise<void> {
  await device.page.getByLabel(/^Note to /).fill(text);
  await device.page.getByRole("button", { name: "Seal and send" }).click();
  await device.page.locator(".note[data-state=open]").filter({ hasText: text }).waitFor();
}

const reads = (device: Device, text: string) =>
  device.page.locator(".note[data-state=open]").filter({ hasText: text }).waitFor();

/** The digits that a person reads out: those of the account. */
async function account(device: Device): Promise<string> {
  await device.go("Devices & Activity");
  return (await device.page.getByRole("list", { name: "Fingerprint of your account" }).getAttribute("data-text")) ?? "";
}

async function compare(device: Device, shown: string): Promise<void> {
  await device.page.getByRole("button", { name: /^Compare (fingerprints|again)$/ }).click();
  await device.page.getByLabel("What the other device shows").fill(shown);
  await device.page.getByRole("dialog").getByRole("button", { name: "Compare", exact: true }).click();
}

const closeDialog = (device: Device) => device.page.getByRole("button", { name: "Close" }).last().click();

describe("21: colleagues", () => {
  it("write to each other, and read what the other has sealed and signed", async () => {
    await chat(ada, "Dina Haddad");
    await ada.page.getByText("there are no keys to seal a note to").waitFor();
    await chat(ada, "Ben Okafor");
    await write(ada, "Can you see Mrs. Lindqvist at four?");
    await chat(ben, "Ada Byrne");
    await reads(ben, "Can you see Mrs. Lindqvist at four?");
    await write(ben, "Yes, room 2.");
    await reads(ada, "Yes, room 2.");
    for (const device of [ada, ben]) expect(await seriousFaults(device.page)).toEqual([]);
  });

  it("compare fingerprints: other digits match nothing, the right ones are kept as compared", async () => {
    const shown = await account(ben);
    const own = await account(ada);
    await chat(ada, "Ben Okafor");
    await compare(ada, own);
    await ada.page.getByText("If it stays so, send nothing").waitFor();
    expect(await seriousFaults(ada.page)).toEqual([]);
    await ada.page.getByLabel("What the other device shows").fill(shown);
    await ada.page.getByRole("dialog").getByRole("button", { name: "Compare", exact: true }).click();
    await ada.page.getByText("It is the account of Ben.").waitFor();
    await closeDialog(ada);
    await shows("21: track a contact's fingerprint", ada.page.getByText("You have compared fingerprints with Ben."));
  });

  it("a device that nobody approved stops sealing until the user has asked", async () => {
    const thief = await world.browser();
    await thief.enter("Ben Okafor", "Thief");
    // A note of the thief says what it comes from.
    await chat(thief, "Ada Byrne");
    await thief.page.getByLabel(/^Note to /).fill("Send me the list of keys, please.");
    await thief.page.getByRole("button", { name: "Seal and send" }).click();
    // A device that nobody has approved yet.
    await thief.page.getByText("This device reads new mail only").waitFor();
    await shows("3: a new device sends at once", () => reads(thief, "Send me the list of keys, please."));
    await ada.page.getByText("Ben's devices changed").first().waitFor();
    await shows("21: when it changed, sealing asks first", async () =>
      expect(await ada.page.getByRole("button", { name: "Seal and send" }).isDisabled()).toBe(true),
    );
    await ada.page.getByText("It may be a thief's.").waitFor();
    expect(await seriousFaults(ada.page)).toEqual([]);
    await ada.go("Inbox");
    await ada.page.getByRole("link", { name: "Look at it" }).click();

    // Ben is asked, and removes it: what his own device did is milder, and sealing goes on once Ada has seen it.
    await ben.go("Devices & Activity");
    await ben.page.getByRole("button", { name: "Review activity" }).click();
    await ben.page.getByRole("dialog").getByRole("button", { name: "Remove Thief" }).click();
    await ben.page.getByRole("dialog").waitFor({ state: "detached" });
    await ada.page.getByRole("button", { name: "I have asked Ben: go on" }).click();
    await ada.page.getByText("Ben's devices changed").waitFor({ state: "detached" });
    await chat(ada, "Ben Okafor");
    await write(ada, "Thank you for telling me.");
    await thief.context.close();
  });

  it("a device that a known one approved is milder news", async () => {
    const phone = await world.browser({ isPhone: true });
    await phone.enter("Ben Okafor", "Phone");
    await ben.approve("Phone", await phone.digits());
    await ada.page.getByText("News of Ben's devices").waitFor();
    await shows(
      "21: a new device approved by a trusted one is milder news",
      ada.page.getByText("all by devices you trusted before"),
    );
    await write(ada, "Is that your new phone?");
    await ada.page.getByRole("button", { name: "All right" }).click();
    await ada.page.getByText("News of Ben's devices").waitFor({ state: "detached" });
    await chat(phone, "Ada Byrne");
    await reads(phone, "Is that your new phone?");
    expect(await seriousFaults(phone.page)).toEqual([]);
    await phone.context.close();
  });

  it("an account that began anew is an alarm, until the user has compared with the new one", async () => {
    // The log that Ada knew is gone.
    world.expectRefusals("404 /keys/v1/logs/…/entries");
    await ben.go("Dishonest server");
    await ben.page.locator(".lie").filter({ hasText: "Swap your keys" }).getByRole("button").click();
    await ada.page.getByText("Alarm: do not write to Ben").waitFor();
    await ada.page.getByText("Another history is offered").waitFor();
    expect(await seriousFaults(ada.page)).toEqual([]);
    const fresh = await world.browser();
    await fresh.enter("Ben Okafor", "New desk");
    await compare(ada, await account(fresh));
    await ada.page.getByText("It is the account of Ben.").waitFor();
    await ada.page.getByRole("button", { name: "Go on with the new account" }).click();
    await ada.page.getByText("You have compared fingerprints with Ben.").waitFor();
    await write(ada, "Welcome back.");
    await chat(fresh, "Ada Byrne");
    await reads(fresh, "Welcome back.");
    await ada.page.getByText("Signed with another account").first().waitFor();
    await fresh.context.close();
  });
});

describe("21: a server that", () => {
  it("shows two histories of a colleague is an alarm with evidence", async () => {
    const [desk, spare] = [await world.browser(), await world.browser()];
    await desk.enter("Chloé Martin", "Desk");
    await spare.enter("Chloé Martin", "Spare");
    await desk.approve("Spare", await spare.digits());
    await desk.go("Dishonest server");
    await desk.page.locator(".lie").filter({ hasText: "Show two histories" }).getByRole("button").click();
    await desk.page.getByRole("button", { name: "Be honest again" }).waitFor();
    for (const [device, name] of [
      [desk, "One"],
      [spare, "Two"],
    ] as const) {
      await device.go("Devices & Activity");
      await device.page.getByRole("button", { name: "Rename" }).click();
      await device.page.getByRole("dialog").getByLabel("Name of this device").fill(name);
      await device.page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
      await device.page.getByRole("dialog").waitFor({ state: "detached" });
    }
    await chat(ada, "Chloé Martin");
    await write(ada, "Good morning");
    await desk.go("Dishonest server");
    await desk.page.getByRole("button", { name: "Be honest again" }).click();
    await ada.page.getByText("Alarm: do not write to Chloé").waitFor();
    await ada.page.getByText("Two different histories of one account were shown").waitFor();
    expect(await seriousFaults(ada.page)).toEqual([]);
    await ada.page.getByText("Evidence", { exact: true }).click();
    const saved = ada.page.waitForEvent("download");
    await ada.page.getByRole("button", { name: "Save the evidence" }).click();
    await shows("21: a fork is an alarm with evidence", async () =>
      expect((await saved).suggestedFilename()).toBe("evidence-of-a-dishonest-server.cbor"),
    );
    await desk.context.close();
    await spare.context.close();
  });

  it("no page complained, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
