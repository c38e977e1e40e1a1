// The recovery sheet as it leaves the screen: printed, copied, and read back from the print.

import decode from "qr/decode.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shows } from "./phrases.js";
import { type Device, World } from "./world.js";

let world: World;
let laptop: Device;
let text: string;

beforeAll(async () => {
  world = await World.open();
  laptop = await world.browser();
  await laptop.enter("Ada Byrne", "Laptop");
  await laptop.go("Backup keys");
  await laptop.page.getByRole("button", { name: "New backup key" }).click();
  await laptop.page.getByRole("button", { name: "Make it" }).click();
  const shown = laptop.page.getByRole("list", { name: "Your backup key" });
  text = (await shown.getAttribute("data-text")) ?? "";
  await shows("9: shown as grouped letters and digits", async () => {
    await shown.getByRole("listitem").last().waitFor();
    const groups = await shown.getByRole("listitem").allTextContents();
    expect(groups).toEqual(Array.from({ length: 9 }, () => expect.stringMatching(/^[0-9A-Z]{4}$/)));
  });
});
afterAll(async () => await world?.close());

/** The pixels of a picture, read by a browser. */
async function pixelsOf(png: Buffer) {
  const page = await (await world.browser()).context.newPage();
  const { width, height, base64 } = await page.evaluate(
    async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.width, image.height];
      const context = canvas.getContext("2d");
      context?.drawImage(image, 0, 0);
      const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: new Uint8ClampedArray() };
      let binary = "";
      for (let at = 0; at < data.length; at += 32_768) binary += String.fromCharCode(...data.subarray(at, at + 32_768));
      return { width: canvas.width, height: canvas.height, base64: btoa(binary) };
    },
    `data:image/png;base64,${png.toString("base64")}`,
  );
  await page.close();
  return { width, height, data: new Uint8Array(Buffer.from(base64, "base64")) };
}

describe("9: a backup key", () => {
  it("is printed as the recovery sheet alone, whose QR code is the key", async () => {
    const { page } = laptop;
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 794, height: 1123 });
    await page.locator("img.sheet").waitFor();
    expect(await page.locator("nav").first().isVisible()).toBe(false);
    expect(await page.getByRole("button").count()).toBe(0);
    await shows("9: printed as a recovery sheet with QR", async () =>
      expect(decode(await pixelsOf(await page.screenshot()))).toBe(text),
    );
    await page.emulateMedia({ media: null });
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it("fills one page of A4", async () => {
    const pdf = (await laptop.page.pdf({ preferCSSPageSize: true })).toString("latin1");
    expect([...pdf.matchAll(/\/Type\s*\/Page\b/g)]).toHaveLength(1);
    const [, width, height] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(pdf) ?? [];
    expect(Number(width)).toBeCloseTo(595, -1);
    expect(Number(height)).toBeCloseTo(842, -1);
  });

  it("is printed by its button, and copied by the other", async () => {
    const { page, context } = laptop;
    await page.evaluate(() => {
      window.print = () => document.body.setAttribute("data-printed", "");
    });
    await page.getByRole("button", { name: "Print the recovery sheet" }).click();
    await page.locator("body[data-printed]").waitFor();
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    await shows("9: copied", async () => expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(text));
  });

  it("is proved by two groups in the order of the paper; a wrong answer empties the fields, which may then ask for others", async () => {
    const { page } = laptop;
    const fields = page.locator(".pair .field");
    const asked = async () =>
      (await fields.locator("label").allTextContents()).map((label) => Number(label.replace(/\D/g, "")));
    await page.getByRole("button", { name: "I have it on paper" }).click();
    await fields.nth(1).waitFor();
    const [first = 0, second = 0] = await asked();
    expect(first).toBeLessThan(second);
    for (const field of await fields.locator("input").all()) await field.fill("????");
    await page.getByRole("button", { name: "That is it" }).click();
    await page.getByText("That was not right.").waitFor();
    expect(await page.getByText("Your backup key is ready").count()).toBe(0);
    const inputs = await fields.locator("input").all();
    expect(await Promise.all(inputs.map((input) => input.inputValue()))).toEqual(["", ""]);
    expect(await inputs[0]?.evaluate((input) => input === document.activeElement)).toBe(true);
    for (const [at, group] of (await asked()).entries()) await inputs[at]?.fill(text.split("-")[group - 1] ?? "");
    await page.getByRole("button", { name: "That is it" }).click();
    await shows("9: proved by typing back a part", page.getByText("Your backup key is ready"));
  });

  it("is shown once, and is removed like a device", async () => {
    const { page } = laptop;
    const groups = text.split("-");
    const isShown = async () => {
      const content = await page.content();
      return groups.slice(1).some((group) => content.includes(group));
    };
    await page.getByRole("button", { name: "Close" }).last().click();
    await shows("9: shown once", async () => {
      expect(await isShown()).toBe(false);
      await page.reload();
      await page.getByText("The paper begins with").waitFor();
      expect(await isShown()).toBe(false);
      expect(await page.getByText("Show it again").count()).toBe(0);
    });
    await shows("9: removable like a device", () => laptop.remove("Paper in the safe"));
  });

  it("no page complained, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
