// The demo and real browsers for it. Each browser context is a device: it shares nothing with the others.

import { type Browser, type BrowserContext, chromium, firefox, type Page } from "playwright";
import { chromiumLaunchOptions } from "../../scripts/chromium.js";
import { firefoxLaunchOptions } from "../../scripts/firefox.js";
import { PASSWORD } from "../server/accounts.js";
import { buildWeb } from "../server/build.js";
import { type RunningDemo, startDemo } from "../server/demo.js";

/** How a browser is set up. */
export interface Setting {
  readonly theme?: "light" | "dark";
  readonly isPhone?: boolean;
}

/** How a world is set up. */
export interface WorldOptions {
  /** What the cameras of all browsers see, a file in Y4M; without it they have no camera. */
  readonly film?: string;
  /** Whether a year of made-up life has passed. */
  readonly seed?: boolean;
  readonly kind?: "chromium" | "firefox";
}

/** How far ahead the servers' clock is, in milliseconds. */
export const serverClock = { ahead: 0 };
const serverNow = (): number => Date.now() + serverClock.ahead;

/**
 * What browsers write to the console in any play: nobody is signed in yet, an account has no log yet, a device that is about to join asks
 * for news before its link is in the log, and two devices wrote at the same time, so that one writes again.
 */
const ALWAYS_EXPECTED: readonly string[] = [
  ...["401 /api/me", "404 /keys/v1/subjects/…", "401 /keys/v1/events", "409 /keys/v1/logs/…/entries"],
];

/** A demo that runs in memory or in a folder, and the browsers that visit it. */
export class World {
  /** What pages said: errors in the console, errors that nobody caught. */
  readonly #said = new Set<string>();
  readonly #expected = new Set<string>();
  readonly #browser: Browser;
  #demo: RunningDemo;
  readonly #web: string;
  readonly #data: string | undefined;
  #isRestarted = false;

  private constructor(browser: Browser, demo: RunningDemo, web: string, data: string | undefined) {
    this.#browser = browser;
    this.#demo = demo;
    this.#web = web;
    this.#data = data;
  }

  static async open(data?: string, { film, seed, kind = "chromium" }: WorldOptions = {}): Promise<World> {
    const web = process.env["DEMO_WEB"] ?? (await buildWeb());
    const demo = await startDemo({ web, data, seed, port: 0, now: serverNow });
    if (kind === "firefox") {
      const browser = await firefox.launch({ ...firefoxLaunchOptions(), headless: true });
      return new World(browser, demo, web, data);
    }
    const { args = [], ...launch } = chromiumLaunchOptions() ?? {};
    const camera = film
      ? [
          "--use-fake-device-for-media-stream",
          "--use-fake-ui-for-media-stream",
          `--use-file-for-fake-video-capture=${film}`,
        ]
      : [];
    const browser = await chromium.launch({ ...launch, args: [...args, ...camera], headless: true });
    return new World(browser, demo, web, data);
  }

  /** Where the demo is. */
  get url(): string {
    return this.#demo.url;
  }

  /** What browsers refused to load. */
  get reports(): readonly string[] {
    return this.#demo.reports;
  }

  /** What pages said and no play expects, and what a play expects and no page said. */
  get complaints(): readonly string[] {
    const unexpected = [...this.#said].filter((each) => !this.#expected.has(each) && !ALWAYS_EXPECTED.includes(each));
    const missing = [...this.#expected].filter((each) => !this.#said.has(each)).map((each) => `nobody said ${each}`);
    return [...unexpected, ...missing];
  }

  /** What is wrong in a tour, which names no refusals: what pages said, without requests that the server refused, and the reports. */
  get faults(): readonly string[] {
    return [...this.complaints.filter((each) => !/^\d{3} /.test(each)), ...this.reports];
  }

  /** Names refusals that belong to a play: the status and the path, such as `409 /api/items`. A browser writes each to its console. */
  expectRefusals(...refusals: readonly string[]): void {
    for (const each of refusals) this.#expected.add(each);
  }

  /** Ends the server, and starts it again at the same address. @param meanwhile while it does not run */
  async restartServer(meanwhile?: () => void): Promise<void> {
    const { url } = this.#demo;
    this.#isRestarted = true;
    await this.#demo.close();
    meanwhile?.();
    this.#demo = await startDemo({ web: this.#web, data: this.#data, port: Number(new URL(url).port), now: serverNow });
  }

  /** A browser that has never been here. */
  async browser({ theme = "light", isPhone = false }: Setting = {}): Promise<Device> {
    const context = await this.#browser.newContext({
      baseURL: this.url,
      colorScheme: theme,
      locale: "en-GB",
      viewport: isPhone ? { width: 390, height: 844 } : { width: 1280, height: 860 },
      deviceScaleFactor: isPhone ? 2 : 1,
    });
    context.setDefaultTimeout(Number(process.env["DEMO_TIMEOUT"] ?? 60_000));
    return await Device.open(context, (complaint) => this.#hear(complaint));
  }

  /** A browser with its profile in a folder, which can be copied while no browser has it open. */
  async profile(folder: string): Promise<Device> {
    const context = await chromium.launchPersistentContext(folder, {
      ...{ ...(chromiumLaunchOptions() ?? {}), headless: true, baseURL: this.url, locale: "en-GB" },
    });
    context.setDefaultTimeout(Number(process.env["DEMO_TIMEOUT"] ?? 60_000));
    return await Device.open(context, (complaint) => this.#hear(complaint));
  }

  #hear(complaint: string): void {
    // Pages lose the server while it is restarted.
    if (this.#isRestarted && complaint.startsWith("net::ERR_")) return;
    this.#said.add(complaint);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#demo.close();
  }
}

/** An error of the console, without what differs from one run to the next: the ids in addresses. */
function complaintOf(text: string, url: string): string {
  const [, status] = /the server responded with a status of (\d+)/.exec(text) ?? [];
  const [failure] = /net::ERR_\w+/.exec(text) ?? [];
  if (!status && !failure) return text;
  const path = new URL(url).pathname.replace(/(subjects|logs|people)\/[^/]+/, "$1/…");
  return `${failure ?? status} ${path}`;
}

/** A browser profile with one page, and what its user does there. */
export class Device {
  readonly context: BrowserContext;
  page: Page;
  readonly #complain: (complaint: string) => void;

  private constructor(context: BrowserContext, page: Page, complain: (complaint: string) => void) {
    this.context = context;
    this.page = page;
    this.#complain = complain;
  }

  static async open(context: BrowserContext, complain: (complaint: string) => void): Promise<Device> {
    const device = new Device(context, await context.newPage(), complain);
    device.#listen(device.page);
    return device;
  }

  #listen(page: Page): void {
    page.on("console", (message) => {
      if (message.type() === "error") this.#complain(complaintOf(message.text(), message.location().url));
    });
    page.on("pageerror", (error) => this.#complain(String(error)));
  }

  /** Another tab of the same profile. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    this.#listen(page);
    return page;
  }

  async signIn(name: string): Promise<void> {
    await this.page.goto("/");
    await this.page.getByText(name).click();
    await this.page.getByLabel("Password").fill(PASSWORD);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.getByLabel("Name of this device").waitFor();
  }

  /** Signs in, and sets the first device up, or joins. */
  async enter(name: string, device: string): Promise<void> {
    await this.signIn(name);
    await this.page.getByLabel("Name of this device").fill(device);
    await this.page.getByRole("button", { name: /^(Set up|Add) this device$/ }).click();
    await this.page.getByRole("navigation").waitFor();
  }

  async go(screen: "Inbox" | "Colleagues" | "Devices & Activity" | "Backup keys" | "Dishonest server"): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name: screen }).click();
    await this.page
      .getByRole("heading", { level: 1, name: screen === "Dishonest server" ? "A dishonest server" : screen })
      .waitFor();
  }

  /** The digits that a waiting device shows of itself. */
  async digits(): Promise<string> {
    return (await this.page.getByLabel("Digits of this device").getAttribute("data-text")) ?? "";
  }

  /** The code of the newest mail, as the mailbox shows it. */
  async mailedCode(): Promise<string> {
    const tab = await this.tab();
    await tab.goto("/portal#/mailbox");
    const title = await tab
      .getByRole("heading", { name: /^Your code is/ })
      .first()
      .textContent();
    await tab.close();
    return title?.replace(/\D/g, "") ?? "";
  }

  /** Has a code mailed, reads it in the mailbox, and types it. */
  async stepUp(): Promise<void> {
    await this.page.getByRole("button", { name: "Mail me a code" }).click();
    await this.page.getByText("A code was mailed to you").waitFor();
    await this.page.getByLabel("Code").fill(await this.mailedCode());
    await this.page.getByRole("button", { name: "Confirm" }).click();
    await this.page.getByLabel("Code").waitFor({ state: "detached" });
  }

  /** The digits that a device which is in the list shows of itself. */
  async ownDigits(): Promise<string> {
    await this.go("Devices & Activity");
    return (await this.page.getByRole("list", { name: "Fingerprint of this device" }).getAttribute("data-text")) ?? "";
  }

  /** The list of devices as this device shows it, in an order that all devices share. */
  async list(): Promise<readonly string[]> {
    await this.go("Devices & Activity");
    const rows = await this.page.locator(".row[data-member]").evaluateAll((rows) =>
      rows.map((row) => {
        const texts = [row.querySelector("h3")?.firstChild, row.querySelector(".access"), row.querySelector(".small")];
        return [row.getAttribute("data-member"), ...texts.map((each) => each?.textContent)].join(" | ");
      }),
    );
    return rows.sort();
  }

  /** The items of the inbox in this state. */
  items(state: string) {
    return this.page.locator(`.item[data-state=${state}]`);
  }

  /** A row of the list of devices. */
  row(name: string) {
    return this.page.locator(".row").filter({ has: this.page.getByRole("heading", { name: new RegExp(`^${name}`) }) });
  }

  /** Approves one that waits, after it compared what the other device shows; others that wait are removed. */
  async approve(name: string, shown: string): Promise<void> {
    const { page } = this;
    await this.go("Devices & Activity");
    await page.getByRole("button", { name: "Review activity" }).click();
    const candidate = page.locator(".candidate").filter({ hasText: name });
    await candidate.getByRole("tab", { name: "Type or paste" }).click();
    await candidate.getByLabel("What the other device shows").fill(shown);
    await candidate.getByRole("button", { name: "Compare" }).click();
    await candidate.getByText("The digits match").waitFor();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: /^Approve / })
      .click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }

  /** Gives this device another name. */
  async rename(name: string): Promise<void> {
    await this.go("Devices & Activity");
    await this.page.getByRole("button", { name: "Rename" }).click();
    const dialog = this.page.getByRole("dialog");
    await dialog.getByLabel("Name of this device").fill(name);
    await dialog.getByRole("button", { name: "Rename" }).click();
    await dialog.waitFor({ state: "detached" });
  }

  /** Removes a device or backup key from the list. */
  async remove(name: string): Promise<void> {
    await this.go("Devices & Activity");
    await this.row(name).getByRole("button", { name: "Remove", exact: true }).click();
    await this.page.getByRole("dialog").getByRole("button", { name: "Remove it" }).click();
    await this.row(name).filter({ hasText: "Removed by" }).waitFor();
    await this.page.getByRole("dialog").waitFor({ state: "detached" });
  }

  /** Makes a backup key, and proves it. @returns its text */
  async makePaper(): Promise<string> {
    const { page } = this;
    await this.go("Backup keys");
    await page.getByRole("button", { name: "New backup key" }).click();
    await page.getByRole("button", { name: "Make it" }).click();
    const text = (await page.getByRole("list", { name: "Your backup key" }).getAttribute("data-text")) ?? "";
    await page.getByRole("button", { name: "I have it on paper" }).click();
    await page.locator(".pair .field").nth(1).waitFor();
    for (const field of await page.locator(".pair .field").all()) {
      const group = Number((await field.locator("label").textContent())?.replace(/\D/g, ""));
      await field.locator("input").fill(text.split("-")[group - 1] ?? "");
    }
    await page.getByRole("button", { name: "That is it" }).click();
    await page.getByText("Your backup key is ready").waitFor();
    await page.getByRole("button", { name: "Close" }).last().click();
    return text;
  }
}
