// The main path in Firefox: sign-in, two devices, an approval, reading, a backup key.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firefoxLaunchOptions } from "../../scripts/firefox.js";
import { type Device, World } from "./world.js";

describe.runIf(firefoxLaunchOptions())("in Firefox", () => {
  let world: World;
  let laptop: Device;
  let paper: string;

  beforeAll(async () => {
    world = await World.open(undefined, { kind: "firefox" });
    laptop = await world.browser();
  });
  afterAll(async () => await world?.close());

  it("1, 3, 4, 5: two devices, and one approves the other", async () => {
    await laptop.enter("Ada Byrne", "Laptop");
    await laptop.items("open").nth(2).waitFor();
    const phone = await world.browser({ theme: "dark" });
    await phone.enter("Ada Byrne", "Phone");
    await phone.items("locked").nth(2).waitFor();
    await laptop.approve("Phone", await phone.digits());
    await phone.items("open").nth(2).waitFor();
    await phone.page.locator(".item").filter({ hasText: "Welcome" }).click();
    await phone.page.getByText("Sealed by the clinic's server, opened on this device").waitFor();
    await phone.context.close();
  });

  it("9, 10: a backup key opens everything on a new device", async () => {
    paper = await laptop.makePaper();
    const fresh = await world.browser();
    await fresh.enter("Ada Byrne", "New laptop");
    await fresh.page.getByRole("button", { name: "Use a backup key" }).click();
    await fresh.page.getByRole("textbox", { name: "Backup key" }).fill(paper);
    await fresh.page.getByRole("button", { name: "Open my mail" }).click();
    await fresh.items("open").nth(2).waitFor();
    await fresh.context.close();
  });

  it("everything survives a reload; no page complained", async () => {
    await laptop.page.reload();
    await laptop.page.getByRole("navigation").waitFor();
    await laptop.go("Inbox");
    await laptop.items("open").nth(2).waitFor();
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
