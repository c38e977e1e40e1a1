// From the sign-in to an approved second device by keyboard alone: nothing is clicked, and nothing gets the focus by a script.

import type { Page } from "playwright";
import { afterAll, beforeAll, expect, it } from "vitest";
import { PASSWORD } from "../server/accounts.js";
import { World } from "./world.js";

let world: World;

beforeAll(async () => {
  world = await World.open();
});
afterAll(async () => await world?.close());

/** Presses Tab until something with that name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 40) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      return element === document.body ? "" : (element?.labels?.[0] ?? element)?.textContent?.trim();
    });
    if (name.test(focused ?? "")) return;
    passed.push(focused ?? "");
  }
  throw new Error(`Tab does not reach ${name}, but ${passed.join(", ")}`);
}

async function enter(page: Page, device: string): Promise<void> {
  await page.goto("/");
  await page.getByText("Ada Byrne").waitFor();
  await tabTo(page, /Ada Byrne/);
  await page.keyboard.press("Space");
  await tabTo(page, /^Password/);
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByLabel("Name of this device").waitFor();
  await tabTo(page, /^Name of this device/);
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(device);
  await page.keyboard.press("Enter");
  await page.getByRole("navigation").waitFor();
}

it("3, 4: the first device, a second one, and its approval need no mouse", async () => {
  const [laptop, phone] = [await world.browser(), await world.browser()];
  const { page } = laptop;
  await enter(page, "Laptop");
  await page.locator(".item[data-state=open]").nth(2).waitFor();
  await enter(phone.page, "Phone");
  await phone.items("locked").nth(2).waitFor();
  const shown = await phone.digits();

  await tabTo(page, /^Devices & Activity/);
  await page.keyboard.press("Enter");
  await page.getByText("One device waits for your review").waitFor();
  await tabTo(page, /^Review activity/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo(page, /^Seven digits/);
  await page.keyboard.press("ArrowRight");
  await tabTo(page, /^What the other device shows/);
  await page.keyboard.type(shown);
  await tabTo(page, /^Compare$/);
  await page.keyboard.press("Enter");
  await page.getByText("The digits match").waitFor();
  await tabTo(page, /^Approve Phone/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  // What opened the dialog is gone with what waited: the page has the focus, and not nothing.
  await page.locator("#main:focus").waitFor();
  await phone.items("open").nth(2).waitFor();
  expect(await phone.items("locked").count()).toBe(0);
});
