// The pictures that documents show.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const DOCUMENTS = ["README.md", "demo/README.md", ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];

/** The folder of the pictures. */
export const PICTURES = `${root}docs/images`;

/** The names of the pictures that documents show, without their ends. */
export function shownPictures(): ReadonlySet<string> {
  const texts = DOCUMENTS.filter((name) => name.endsWith(".md")).map((name) => readFileSync(root + name, "utf8"));
  return new Set(texts.flatMap((text) => [...text.matchAll(/\/?images\/([\w-]+)\.png/g)].map(([, name = ""]) => name)));
}
