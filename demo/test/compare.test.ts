// Comparing a new device with a known one, in real browsers: seven digits, and a QR code before a camera. The numbers are those of the list
// of what must be true for users.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import encodeQR from "qr";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.js";
import { shows } from "./phrases.js";
import { type Device, World } from "./world.js";

const folder = mkdtempSync(join(tmpdir(), "keystead-camera-"));
const film = join(folder, "camera.y4m");
let world: World;
let laptop: Device;

beforeAll(async () => {
  writeFileSync(film, filmOf("nothing of this app"));
  world = await World.open(undefined, { film });
  laptop = await world.browser();
  await laptop.enter("Ada Byrne", "Laptop");
});
afterAll(async () => {
  await world?.close();
  rmSync(folder, { recursive: true });
});

/** A film that shows a QR code: what a camera sees, in the form that Chromium takes for one. */
function filmOf(text: string): Uint8Array {
  const [width, height, scale] = [640, 480, 6];
  const code = encodeQR(text, "raw", { ecc: "medium", border: 4 });
  const picture = new Uint8Array(width * height).fill(0xd0);
  const [left, top] = [(width - code.length * scale) >> 1, (height - code.length * scale) >> 1];
  for (let y = 0; y < code.length * scale; y++) {
    for (let x = 0; x < code.length * scale; x++) {
      const isDark = code[Math.floor(y / scale)]?.[Math.floor(x / scale)];
      picture[(top + y) * width + left + x] = isDark ? 0x10 : 0xeb;
    }
  }
  const colour = new Uint8Array((width * height) / 2).fill(0x80);
  const frame = [Buffer.from("FRAME\n"), picture, colour];
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420\n`), ...frame, ...frame]);
}

async function review(name: string) {
  await laptop.go("Devices & Activity");
  await laptop.page.getByRole("button", { name: "Review activity" }).click();
  return laptop.page.locator(".candidate").filter({ hasText: name });
}

async function save(): Promise<void> {
  await laptop.page
    .getByRole("dialog")
    .getByRole("button", { name: /^Approve / })
    .click();
  await laptop.page.getByRole("dialog").waitFor({ state: "detached" });
}

const digitsOn = async ({ page }: Device) => (await page.locator(".seven").textContent()) ?? "";

describe("two devices that are online", () => {
  it("29: compare seven digits; others than the same approve nothing", async () => {
    const phone = await world.browser({ isPhone: true, theme: "dark" });
    await phone.enter("Ada Byrne", "Phone");
    const candidate = await review("Phone");
    await candidate.getByText("Not compared yet").waitFor();
    for (const answer of ["No, others", "Yes, the same"]) {
      await phone.page.getByRole("button", { name: /^Compare (seven digits|again)$/ }).click();
      await candidate.getByRole("button", { name: "Begin" }).click();
      await candidate.getByText("Does Phone show the same seven digits?").waitFor();
      await phone.page.getByText("answer there").waitFor();
      expect(await digitsOn(laptop)).toMatch(/^\d{3} \d{4}$/);
      expect(await digitsOn(phone)).toBe(await digitsOn(laptop));
      // The sixty digits are out of the way.
      expect(await phone.page.getByLabel("Digits of this device").count()).toBe(0);
      for (const { page } of [laptop, phone]) expect(await seriousFaults(page)).toEqual([]);
      await candidate.getByRole("button", { name: answer }).click();
      if (answer === "No, others") {
        await candidate.getByText("Do not approve Phone").waitFor();
        await candidate.getByText("Will be removed").waitFor();
        expect(await laptop.page.getByLabel("Compare it first").isDisabled()).toBe(true);
      }
    }
    await shows("29: two online devices compare seven digits", candidate.getByText("The digits match"));
    await save();
    await phone.items("open").nth(2).waitFor();
    // Both say that it is done; another screen is without it.
    await phone.page.getByRole("status").getByText("this device reads your older mail").waitFor();
    const told = laptop.page.getByRole("status").getByText("Phone can read your mail as this device does");
    await told.waitFor();
    await laptop.go("Inbox");
    await told.waitFor({ state: "detached" });
    await phone.context.close();
  });

  it("29: a comparison that is cancelled gives nothing, and is no failure", async () => {
    const tablet = await world.browser();
    await tablet.enter("Ada Byrne", "Tablet");
    await tablet.page.getByRole("button", { name: "Compare seven digits" }).click();
    await tablet.page.getByText("Waiting for your other device").waitFor();
    await tablet.page.getByRole("button", { name: "Cancel" }).click();
    await tablet.page.getByRole("button", { name: "Compare seven digits" }).waitFor();
    expect(await tablet.page.locator(".own-digits .problem p").count()).toBe(0);
    await tablet.context.close();
  });
});

describe("a camera", () => {
  it("29: reads the QR code of the new device, and refuses another code", async () => {
    const { page } = laptop;
    if (await page.getByRole("dialog").isVisible()) await page.keyboard.press("Escape");
    const candidate = await review("Tablet");
    await candidate.getByRole("tab", { name: "Scan" }).click();
    // A code of another kind is no fingerprint, and says so.
    await candidate.getByText("That is not what a device shows").waitFor();
    await page.keyboard.press("Escape");

    const tablet = await world.browser();
    await tablet.enter("Ada Byrne", "Watch");
    writeFileSync(film, filmOf((await tablet.page.locator(".self [data-qr]").getAttribute("data-qr")) ?? ""));
    const watch = await review("Watch");
    await watch.getByRole("tab", { name: "Scan" }).click();
    await shows("29: or its QR", watch.getByText("The digits match"));
    await save();
    await tablet.items("open").nth(2).waitFor();
    await tablet.context.close();
  });

  it("10: reads a backup key from its paper, on a new device", async () => {
    writeFileSync(film, filmOf(await laptop.makePaper()));
    const fresh = await world.browser();
    await fresh.enter("Ada Byrne", "Fresh");
    const { page } = fresh;
    await page.getByRole("button", { name: "Use a backup key instead" }).click();
    await page.getByRole("tab", { name: "Scan" }).click();
    await page.getByText("It is Paper in the safe.").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Open my mail" }).click();
    await page.locator(".item[data-state=open]").nth(2).waitFor();
    await fresh.context.close();
  });

  it("29: where there is none, or it is refused, the page says to type", async () => {
    const dina = await world.browser();
    await dina.enter("Dina Haddad", "Desk");
    const other = await world.browser();
    await other.enter("Dina Haddad", "Other");
    await dina.context.clearPermissions();
    await dina.page.addInitScript(() => Object.defineProperty(navigator, "mediaDevices", { value: undefined }));
    await dina.page.reload();
    await dina.go("Devices & Activity");
    await dina.page.getByRole("button", { name: "Review activity" }).click();
    await dina.page.getByRole("tab", { name: "Scan" }).click();
    await dina.page.getByText("Type what the other device shows.").waitFor();
    await dina.page.getByRole("tab", { name: "Type or paste" }).click();
    await dina.page.getByLabel("What the other device shows").fill(await other.digits());
    await dina.page.getByRole("button", { name: "Compare", exact: true }).click();
    await shows("29: otherwise the whole fingerprint", dina.page.getByText("The digits match"));
    await dina.context.close();
    await other.context.close();
  });

  it("no page complained, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
