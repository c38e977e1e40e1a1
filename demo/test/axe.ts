// What axe finds on a page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly unknown[] }[];
}

/** What axe judges by colours and sizes. Everything else it judges by the document, and by what of it is displayed. */
const BY_LOOKS: readonly string[] = ["color-contrast", "link-in-text-block", "scrollable-region-focusable"];

/** Documents that were judged by all rules, as {@link drawnOn} says them. */
export type Judged = Set<string>;

/**
 * The faults that keep somebody out, with the first place of each.
 *
 * @param judged what was judged of the same window before: what does not differ from it is judged by its looks alone
 */
export async function seriousFaults(page: Page, judged: Judged = new Set()): Promise<readonly string[]> {
  await settled(page);
  // Not a script of the page: the page's policy refuses those.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(source);
  const drawn = await drawnOn(page);
  const rules = judged.has(drawn) ? BY_LOOKS : undefined;
  const violations = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: { run: (where: Document, options: object) => Promise<{ violations: readonly Violation[] }> };
    };
    const only = rules && { runOnly: { type: "rule", values: rules } };
    return (await axe.run(document, { resultTypes: ["violations"], ...only })).violations;
  }, rules);
  // A page that changed meanwhile was judged in between.
  if ((await drawnOn(page)) === drawn) judged.add(drawn);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(" ")}`);
}

/** What a page does in its next frame is done. A transition begins in the frame after a change of theme. */
export async function frames(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  });
}

/** A button that changes its colour is in between for a moment. A transition that is cancelled is over, too. */
export async function settled(page: Page): Promise<void> {
  await frames(page);
  await page.evaluate(async () => {
    await document.fonts.ready;
    const transitions = document.getAnimations().filter((each) => each instanceof CSSTransition);
    await Promise.allSettled(transitions.map(({ finished }) => finished));
  });
}

/** The document of a page, and which of its elements are displayed. */
async function drawnOn(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const isShown = (element: Element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const shown = [...document.querySelectorAll("*")].map((element) => (isShown(element) ? "1" : "0")).join("");
    return `${document.documentElement.outerHTML} ${shown}`;
  });
}
