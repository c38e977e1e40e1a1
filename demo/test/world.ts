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

/** How far ahead the clock of codes and step-ups is, in milliseconds. */
export const serverClock = { ahead: 0 };
const serverNow = (): number => Date.now() + serverClock.ahead;

/** A demo that runs in memory or in a folder, and the browsers that visit it. */
export class World {
  /** What no page may say: errors in the console, errors that nobody caught. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  #demo: RunningDemo;
  readonly #web: string;
  readonly #data: string | undefined;

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

  /** Ends the server, and starts it again at the same address. */
  async restartServer(): Promise<void> {
    const { url } = this.#demo;
    await this.#demo.close();
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
    return await Device.open(context, (complaint) => this.complaints.push(complaint));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#demo.close();
  }
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
      // A browser writes to the console that the server is restarted, and each refusal, such as 401 and 409: the app expects these.
      const isExpected =
        /status of (4(01|03|04|09|29)|503)|net::ERR_(INCOMPLETE_CHUNKED_ENCODING|CONNECTION_\w+|EMPTY_RESPONSE)/;
      if (message.type() === "error" && !isExpected.test(message.text())) this.#complain(message.text());
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

  /** A row of the list of devices. */
  row(name: string) {
    return this.page.locator(".row").filter({ has: this.page.getByRole("heading", { name: new RegExp(`^${name}`) }) });
  }

  /** Approves what waits, after it compared what the other device shows. */
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

  /** Makes a backup key, and proves it. @returns its text */
  async makePaper(): Promise<string> {
    const { page } = this;
    await this.go("Backup keys");
    await page.getByRole("button", { name: "New backup key" }).click();
    await page.getByRole("button", { name: "Make it" }).click();
    const text = (await page.getByRole("list", { name: "Your backup key" }).getAttribute("data-text")) ?? "";
    await page.getByRole("button", { name: "I have it on paper" }).click();
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
