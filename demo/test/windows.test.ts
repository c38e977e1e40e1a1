// Every window of the demo, as `windows.ts` lists them: seen in both themes, on a desk and on a phone, by axe and by keyboard.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Looks } from "./looks.js";
import { PICTURES, shownPictures } from "./pictures.js";
import { CHAPTERS } from "./tour.js";
import { WAYS, WINDOWS, type WindowName } from "./windows.js";
import { World } from "./world.js";

const web = fileURLToPath(new URL("../web/", import.meta.url));

/** The components that make a page or a dialog, and how many dialogs. */
function makers(): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const file of readdirSync(web, { recursive: true }).map(String)) {
    if (!file.endsWith(".tsx")) continue;
    for (const part of readFileSync(web + file, "utf8").split(/^(?=(?:export )?function )/m)) {
      const [, name = ""] = /^(?:export )?function (\w+)/.exec(part) ?? [];
      const dialogs = part.match(/<Dialog\b/g)?.length ?? 0;
      if (dialogs > 0 || /<(main|h1)\b/.test(part)) found.set(`${file} ${name}`, dialogs);
    }
  }
  return found;
}

describe("the windows", () => {
  /** What was seen in each chapter. */
  const chapters: Looks[] = [];

  it("are listed: each component that makes one has as many as it has dialogs", () => {
    const listed = Object.values(WINDOWS) as readonly string[];
    const made = makers();
    expect([...new Set(listed)].sort()).toEqual([...made.keys()].sort());
    for (const [maker, count] of made)
      expect(listed.filter((each) => each === maker).length, maker).toBeGreaterThanOrEqual(count);
  });

  // Each in a world and a browser of its own: while one draws, another waits for its server.
  it.concurrent.each(Object.keys(CHAPTERS))("have no serious fault: %s", { timeout: 600_000 }, async (name) => {
    const looks = new Looks({ judges: true });
    chapters.push(looks);
    const world = await World.open();
    try {
      await CHAPTERS[name]?.(world, looks);
      expect(looks.faults).toEqual([]);
      // Which refusals belong to them is said in the plays.
      expect(world.faults).toEqual([]);
    } finally {
      await world.close();
    }
  });

  it("are all seen, in both themes and both widths", () => {
    const seen = new Map(chapters.flatMap((looks) => [...looks.seen]));
    const names = Object.keys(WINDOWS) as readonly WindowName[];
    expect(names.filter((name) => seen.get(name)?.size !== WAYS.length)).toEqual([]);
  });

  it("that are dialogs are opened and left by keyboard, of each component", () => {
    const opened = new Set<string>(chapters.flatMap((looks) => [...looks.opened].map((name) => WINDOWS[name])));
    const dialogs = [...makers()].flatMap(([maker, count]) => (count > 0 ? [maker] : []));
    expect(dialogs.filter((maker) => !opened.has(maker))).toEqual([]);
  });
});

it("the colours follow the system until somebody chooses, and a reload keeps what was chosen", async () => {
  const world = await World.open();
  try {
    const device = await world.browser();
    const { page } = device;
    await device.enter("Ada Byrne", "Laptop");
    const choose = (name: string) => page.getByRole("radio", { name }).check({ force: true });
    const isDark = async (colorScheme: "light" | "dark") => {
      await page.emulateMedia({ colorScheme });
      return await page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(16, 22, 20)");
    };
    const both = async () => [await isDark("light"), await isDark("dark")];
    expect(await both()).toEqual([false, true]);
    for (const [name, expected] of [
      ["Dark", [true, true]],
      ["Light", [false, false]],
      ["As the system", [false, true]],
    ] as const) {
      await choose(name);
      expect(await both()).toEqual(expected);
      await page.reload();
      await page.getByRole("navigation").waitFor();
      expect(await both()).toEqual(expected);
      expect(await page.getByRole("radio", { name }).isChecked()).toBe(true);
    }
    // A page without the switch, too.
    await choose("Dark");
    await page.route("**/api/me", (route) => route.fulfill({ status: 503, body: "" }));
    await page.reload();
    await page.getByRole("button", { name: "Try again" }).waitFor();
    expect(await both()).toEqual([true, true]);
  } finally {
    await world.close();
  }
});

it("the pictures of the documents are those in their folder", () => {
  const files = readdirSync(PICTURES).map((name) => name.replace(/\.png$/, ""));
  expect(files.sort()).toEqual([...shownPictures()].sort());
});
