// A year of made-up life, and the page that shows several devices side by side.

import type { FrameLocator, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PASSWORD } from "../server/accounts.js";
import { seriousFaults } from "./axe.js";
import { type Device, World } from "./world.js";

let world: World;
let screen: Device;
let page: Page;

beforeAll(async () => {
  world = await World.open(undefined, { seed: true });
  screen = await world.browser();
  page = screen.page;
});
afterAll(async () => await world?.close());

const frame = (slot: string): FrameLocator => page.frameLocator(`section[aria-label="${slot}"] iframe`);

async function enter(device: FrameLocator, name: string): Promise<void> {
  await device.getByText(name).click();
  await device.getByLabel("Password").fill(PASSWORD);
  await device.getByRole("button", { name: "Sign in" }).click();
  await device.getByRole("button", { name: "Add this device" }).click();
  await device.getByRole("navigation").waitFor();
}

describe("side by side", () => {
  it("each frame is a device with a storage and a sign-in of its own", async () => {
    await page.goto("/talk?laptop");
    await page.getByLabel("Another device").fill("Phone of Ben");
    await page.getByRole("button", { name: "Show it" }).click();
    await enter(frame("laptop"), "Ada Byrne");
    await enter(frame("phone-of-ben"), "Ben Okafor");
    expect(new URL(page.url()).search).toBe("?laptop&phone-of-ben");
    expect(await seriousFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await seriousFaults(page)).toEqual([]);
  });

  it("only that page frames, and only devices of /d/ are framed", async () => {
    const policy = async (path: string) =>
      (await fetch(new URL(path, world.url))).headers.get("content-security-policy")?.split("; ") ?? [];
    const [app, talk, device] = await Promise.all([policy("/"), policy("/talk"), policy("/d/laptop")]);
    expect(app).toEqual(expect.arrayContaining(["frame-src 'none'", "frame-ancestors 'none'"]));
    expect(talk).toEqual(expect.arrayContaining(["frame-src 'self'", "frame-ancestors 'none'"]));
    expect(device).toEqual(expect.arrayContaining(["frame-src 'none'", "frame-ancestors 'self'"]));
  });
});

describe("the made-up year", () => {
  it("10: a paper of it opens a year of letters and calls on a new device", async () => {
    const laptop = frame("laptop");
    await laptop.locator(".item[data-state=locked]").nth(40).waitFor();
    // What is locked says since when, and on which devices to approve this one.
    await laptop.locator(".item[data-state=locked]").last().click();
    await laptop.getByText(/^It was sealed \d.*\. This device reads mail since today, \d\d:\d\d\.$/).waitFor();
    await laptop.getByText(/^To open it, approve this device on .*Laptop/).waitFor();
    await laptop.getByRole("article").getByRole("link", { name: "Inbox" }).click();
    await laptop.getByRole("button", { name: "Use a backup key instead" }).click();
    await laptop.getByRole("button", { name: "Copy it from the paper" }).last().click();
    await laptop.getByRole("button", { name: "Open my mail" }).click();
    await laptop.locator(".item[data-state=open]").nth(50).waitFor();
    await laptop.locator(".item[data-state=locked]").first().waitFor({ state: "detached" });
    expect(await laptop.locator(".item").filter({ hasText: "Voice message" }).count()).toBeGreaterThan(9);
    const [newest, oldest] = await Promise.all(
      ["first", "last"].map(async (which) => {
        const time = laptop.locator(".item time");
        return Date.parse((await (which === "first" ? time.first() : time.last()).getAttribute("datetime")) ?? "");
      }),
    );
    expect(((newest ?? 0) - (oldest ?? 0)) / 86_400_000).toBeGreaterThan(350);
  });

  it("2, 4: its devices came and went, and one waits", async () => {
    const laptop = frame("laptop");
    await laptop.getByRole("link", { name: "Devices & Activity" }).click();
    for (const text of ["Laptop approved New phone", "Laptop removed Chrome on Windows", "Removed by Laptop"])
      await laptop.getByText(text).first().waitFor();
    await laptop.getByText("One device waits for your review").waitFor();
    expect(await laptop.locator(".row[data-status=removed]").count()).toBe(2);
    expect(await laptop.getByText("Paper in the safe").count()).toBeGreaterThan(0);
  });

  it("21: its people wrote to each other", async () => {
    const laptop = frame("laptop");
    await laptop.getByRole("link", { name: "Colleagues" }).click();
    await laptop.locator(".colleague").filter({ hasText: "Ben Okafor" }).click();
    await laptop.locator(".note[data-state=open]").filter({ hasText: "the coffee machine was me" }).waitFor();
    await laptop.locator(".note[data-state=open]").nth(4).waitFor();
  });

  it("no page complained, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
