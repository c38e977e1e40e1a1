// The pictures that documents show, and the one that shows the product.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { World } from "./world.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** What the demo is set in. */
const FONT = `${root}node_modules/@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2`;
const DOCUMENTS = ["README.md", "demo/README.md", ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];

/** The folder of the pictures. */
export const PICTURES = `${root}docs/images`;

/** The names of the pictures that documents show, without their ends. */
export function shownPictures(): ReadonlySet<string> {
  const texts = DOCUMENTS.filter((name) => name.endsWith(".md")).map((name) => readFileSync(root + name, "utf8"));
  return new Set(texts.flatMap((text) => [...text.matchAll(/\/?images\/([\w-]+)\.png/g)].map(([, name = ""]) => name)));
}

/** What the picture of the product is made of: two devices that are compared. */
export const PARTS: readonly string[] = ["review-digits", "digits-phone-dark"];

/** Draws the picture of the product: a laptop approves a new phone. */
export async function productPicture(world: World, parts: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const [laptop, phone] = PARTS.map(
    (name) => `data:image/png;base64,${Buffer.from(parts.get(name) ?? []).toString("base64")}`,
  );
  const font = readFileSync(FONT).toString("base64");
  const { context } = await world.browser();
  const page = await context.newPage();
  await page.setViewportSize({ width: 1400, height: 830 });
  await page.setContent(`<!doctype html>
    <style>
      @font-face { font-family: Figtree; font-weight: 300 900; src: url(data:font/woff2;base64,${font}) format("woff2"); }
      body { display: flex; gap: 36px; justify-content: center; align-items: center; height: 830px; margin: 0; background: #dfe7e2; }
      figure { overflow: hidden; margin: 0; border-radius: 16px; box-shadow: 0 2px 6px #0002, 0 18px 50px #0003; background: #fff; }
      figcaption { padding: 11px 18px; font: 600 17px/1.3 Figtree, sans-serif; color: #18231f; background: #fff; }
      .dark figcaption { color: #e5ebe8; background: #18201e; }
      div { overflow: hidden; height: 690px; }
      img { display: block; }
    </style>
    <figure style="width: 930px">
      <figcaption>Laptop: it can read the mail</figcaption>
      <div><img src="${laptop}" style="width: 1150px" alt=""></div>
    </figure>
    <figure class="dark" style="width: 340px">
      <figcaption>New phone: it cannot yet</figcaption>
      <div><img src="${phone}" style="width: 340px" alt=""></div>
    </figure>`);
  await page.evaluate(() => Promise.all([document.fonts.ready, ...[...document.images].map((it) => it.decode())]));
  return await page.screenshot();
}
