// The lines of docs/frameworks.md, in a component of each framework, rendered in Chromium over a real session.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { type Browser, chromium } from "playwright";
import { compile } from "svelte/compiler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumLaunchOptions } from "../../scripts/chromium.js";
import { present } from "../../src/bytes/present.js";
import type { MountedScreen } from "./screen.js";

const launchOptions = chromiumLaunchOptions();
const root = join(import.meta.dirname, "../..");
const guide = readFileSync(join(root, "docs/frameworks.md"), "utf8");

/** The lines of a framework, as the guide shows them. */
const linesOf = (framework: string): string =>
  present(new RegExp(`^## ${framework}\n.*?^\`\`\`ts no-run\n(.*?)^\`\`\``, "ms").exec(guide)?.[1]);

/** Svelte's components are a language of their own. */
const component = `
<script>
  import { snapshotOf } from "guide:Svelte";
  import { words } from "./screen";
  const { session } = $props();
  const snapshot = snapshotOf(session);
</script>
{words(snapshot.current)}`;

/** `guide:React` is the guide's block, and `guide:Screen` the component of Svelte, compiled. */
const plugin: Plugin = {
  name: "guide",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^guide:/ }, ({ path }) => ({ path: path.slice("guide:".length), namespace: "guide" }));
    onLoad({ filter: /./, namespace: "guide" }, ({ path }) => {
      if (path !== "Screen") return { contents: linesOf(path), loader: "ts", resolveDir: root };
      const { js } = compile(component, { generate: "client", name: path });
      return { contents: `${js.code}; export { Screen };`, resolveDir: import.meta.dirname };
    });
  },
};

async function programOf(framework: string): Promise<string> {
  const source = join(root, "src");
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, `${framework.toLowerCase()}.ts`)],
    ...{ bundle: true, write: false, format: "iife", platform: "browser", target: "es2022", conditions: ["browser"] },
    define: { "process.env.NODE_ENV": '"production"' },
    alias: {
      "#primitives": join(source, "primitives/noble.ts"),
      "keystead/client": join(source, "client.ts"),
      "keystead/testing": join(source, "testing.ts"),
    },
    plugins: [plugin],
  });
  return present(outputFiles[0]).text;
}

declare global {
  /** What the program of a framework mounts. */
  var screenOfTest: MountedScreen;
}

describe.runIf(launchOptions)("a component shows the snapshot, and what changes", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch(present(launchOptions));
  });
  afterAll(() => browser?.close());

  it.each(["React", "Preact", "Vue", "Svelte"])("%s", async (framework) => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    const html = { contentType: "text/html", body: '<!doctype html><div id="app"></div>' };
    // WebCrypto is there in a secure context only.
    await page.route("https://app.example/", (route) => route.fulfill(html));
    await page.goto("https://app.example/");
    await page.addScriptTag({ content: await programOf(framework) });
    const shown = page.locator("#app");
    await expect.poll(() => shown.textContent()).toBe("new nobody");
    await page.evaluate(() => screenOfTest.session.create({ name: "Laptop" }));
    await expect.poll(() => shown.textContent()).toBe("ready Laptop");
    await page.evaluate(() => screenOfTest.session.rename({ name: "Mine" }));
    await expect.poll(() => shown.textContent()).toBe("ready Mine");
    // The component is gone, and listens no more.
    expect(await page.evaluate(() => screenOfTest.listeners())).toBe(1);
    await page.evaluate(() => screenOfTest.unmount());
    await expect.poll(() => page.evaluate(() => screenOfTest.listeners())).toBe(0);
    expect(errors).toEqual([]);
    await page.close();
  });
});
