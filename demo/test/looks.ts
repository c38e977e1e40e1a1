// Looks at a window as people do: in both themes, on a desk and on a phone, by eye and by keyboard.

import type { Locator, Page } from "playwright";
import { frames, type Judged, seriousFaults, settled } from "./axe.js";
import { WAYS, type WindowName } from "./windows.js";

type Way = (typeof WAYS)[number];

const DESK = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

interface LooksOptions {
  /** Whether each window is judged. */
  readonly judges?: boolean;
  /** Whether a picture is taken, such as `devices-dark`; and what is done with it. */
  readonly takes?: (picture: string) => boolean;
  readonly keep?: (picture: string, png: Uint8Array) => void;
}

/** What was seen, and what was wrong with it. */
export class Looks {
  readonly seen = new Map<WindowName, Set<Way>>();
  /** The windows that were opened by keyboard. */
  readonly opened = new Set<WindowName>();
  readonly faults: string[] = [];
  readonly #options: LooksOptions;

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  /** Judges the window that a page shows, in both themes and both widths, and takes its pictures. */
  async see(page: Page, name: WindowName): Promise<void> {
    const { judges = false, takes = () => false, keep } = this.#options;
    const before = page.viewportSize() ?? DESK;
    if (judges) await this.#focusIsInside(page, name);
    const judged: Judged = new Set();
    for (const way of WAYS) {
      const isPhone = way.startsWith("phone");
      const picture = way === "light" ? name : `${name}-${way === "phone-light" ? "phone" : way}`;
      if (!judges && !takes(picture)) continue;
      await page.setViewportSize(isPhone ? PHONE : DESK);
      await page.emulateMedia({ colorScheme: way.endsWith("dark") ? "dark" : "light", reducedMotion: "reduce" });
      await settled(page);
      if (judges) {
        const faults = [...(await seriousFaults(page, judged)), ...(await unmarked(page)), ...(await tooltips(page))];
        if (isPhone) faults.push(...(await tooWide(page)));
        this.faults.push(...faults.map((fault) => `${name}, ${way}: ${fault}`));
        this.seen.set(name, (this.seen.get(name) ?? new Set()).add(way));
      }
      if (takes(picture)) keep?.(picture, await page.screenshot({ animations: "disabled" }));
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(before);
    if (!judges) console.log(name);
  }

  /** Opens a dialog by keyboard, and judges where the focus goes: in, round, back to what opened it, and in again. */
  async open(page: Page, opener: Locator, name: WindowName): Promise<void> {
    const dialog = page.getByRole("dialog");
    if (!this.#options.judges) {
      await opener.click();
      return await dialog.waitFor();
    }
    // The dialog before this one gives the focus back in the frame after it: until then the key would open that one again.
    await dialog.waitFor({ state: "detached" });
    await frames(page);
    await opener.focus();
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    const count = await dialog.evaluate((it) => it.querySelectorAll("button, a, input, textarea, summary").length);
    for (let at = 0; at <= count + 1; at++) {
      // Past its end the focus is on the browser itself, and comes back.
      if (
        !(await dialog.evaluate(
          (it) => it.contains(document.activeElement) || document.activeElement === document.body,
        ))
      )
        this.faults.push(`${name}: Tab leaves the dialog`);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    // In a frame after that, at the latest.
    const comesBack = (it: SVGElement | HTMLElement) =>
      new Promise<boolean>((resolve) => {
        const look = (frames: number): unknown =>
          it === document.activeElement || frames === 0
            ? resolve(it === document.activeElement)
            : requestAnimationFrame(() => look(frames - 1));
        look(30);
      });
    if (!(await opener.evaluate(comesBack))) this.faults.push(`${name}: the focus does not come back`);
    this.opened.add(name);
    await opener.focus();
    await page.keyboard.press("Enter");
    await dialog.waitFor();
  }

  /** While a dialog is open, the focus is in it, at each of its steps. */
  async #focusIsInside(page: Page, name: WindowName): Promise<void> {
    const isLost = await page.evaluate(() => {
      const dialog = document.querySelector("dialog[open]");
      return dialog !== null && !dialog.contains(document.activeElement);
    });
    if (isLost) this.faults.push(`${name}: the focus is not in the dialog`);
  }
}

/** What can be focused, and does not show it: without an outline, or with one that is hardly there. */
async function unmarked(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const light = (color: string): number => {
      const [red = 0, green = 0, blue = 0] = (color.match(/[\d.]+/g) ?? []).map((each) => {
        const part = Number(each) / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = (element: Element | null): string => {
      const color = element ? getComputedStyle(element).backgroundColor : "rgb(255, 255, 255)";
      return element && /, 0\)$/.test(color) ? ground(element.parentElement) : color;
    };
    const isMarked = (element: Element): boolean => {
      const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
      if (outlineStyle === "none" || Number.parseFloat(outlineWidth) < 2) return false;
      const [one, other] = [light(outlineColor), light(ground(element.parentElement))];
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) >= 3;
    };
    const before = document.activeElement as HTMLElement | null;
    const faults: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("a[href], button, input, textarea, summary, iframe")) {
      // Asked for as after a key.
      element.focus({ focusVisible: true, preventScroll: true } as FocusOptions);
      if (document.activeElement !== element || element instanceof HTMLIFrameElement) continue;
      if (!isMarked(element) && !isMarked(element.closest("label") ?? element))
        faults.push(`no mark of the focus on ${element.outerHTML.slice(0, 120)}`);
    }
    before?.focus({ preventScroll: true });
    return faults;
  });
}

/** What a tooltip explains: nobody without a mouse reads it. The title of a frame is its name. */
async function tooltips(page: Page): Promise<readonly string[]> {
  return await page
    .locator("[title]:not(iframe)")
    .evaluateAll((all) => all.map(({ outerHTML }) => `a tooltip on ${outerHTML.slice(0, 120)}`));
}

/** What is wider than a phone. */
async function tooWide(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const dialog = document.querySelector("dialog[open]");
    const faults = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide`] : [];
    if (dialog && dialog.scrollWidth > dialog.clientWidth) faults.push(`the dialog is ${dialog.scrollWidth} wide`);
    return faults;
  });
}
