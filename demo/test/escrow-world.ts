// What admins and their people do in browsers about escrow.

import type { Device } from "./world.js";

export type EscrowTab = "Devices" | "Coverage" | "Recoveries & accesses";

/** Goes to the pages about escrow, with a code by mail where one is asked for. */
export async function goToEscrow(admin: Device): Promise<void> {
  const { page } = admin;
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Escrow" }).click();
  const send = page.getByRole("button", { name: "Mail me a code" });
  const title = page.getByRole("heading", { level: 1, name: "Escrow Devices & Activity" });
  await title.or(send).first().waitFor();
  if (await send.isVisible()) await admin.stepUp();
  await title.waitFor();
}

export async function openTab({ page }: Device, tab: EscrowTab): Promise<void> {
  await page.getByRole("navigation", { name: "Escrow Devices & Activity" }).getByRole("link", { name: tab }).click();
}

/** Sets the site's escrow up on its first device. */
export async function setUpEscrow(admin: Device): Promise<void> {
  await goToEscrow(admin);
  await admin.page.getByRole("button", { name: "Set up escrow" }).click();
  await admin.page.getByText("Escrow does not work yet").waitFor();
}

/** Copies the key from the screen, and types back what is asked. @returns its text */
export async function writePaper({ page }: Device): Promise<string> {
  const text = (await page.getByRole("list", { name: "Your backup key" }).getAttribute("data-text")) ?? "";
  await page.getByRole("button", { name: "I have it on paper" }).click();
  await page.locator(".pair .field").nth(1).waitFor();
  for (const field of await page.locator(".pair .field").all()) {
    const group = Number((await field.locator("label").textContent())?.replace(/\D/g, ""));
    await field.locator("input").fill(text.split("-")[group - 1] ?? "");
  }
  await page.getByRole("button", { name: "That is it" }).click();
  return text;
}

/** Makes the backup key, and enables escrow with it. */
export async function enableEscrow(admin: Device): Promise<void> {
  const { page } = admin;
  await page.getByRole("button", { name: "Make the backup key and enable" }).click();
  await page.getByRole("button", { name: "Make it" }).click();
  await writePaper(admin);
  await page.getByRole("dialog").getByText("Lock the paper away").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();
}

/** Publishes the fingerprint. @returns its digits */
export async function publishFingerprint({ page }: Device): Promise<string> {
  await page.getByRole("button", { name: "Publish it" }).click();
  await page.getByText("It is published").waitFor();
  return (await page.getByRole("list", { name: "Fingerprint of escrow" }).getAttribute("data-text")) ?? "";
}

/** What is on the clinic's page. */
export async function readNotice({ page }: Device): Promise<string> {
  await page.goto("/#/notice");
  return (await page.getByRole("list", { name: "The published fingerprint" }).getAttribute("data-text")) ?? "";
}

/** Compares what was published, in the open dialog. */
export async function typeDigits({ page }: Device, digits: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.locator("textarea").fill(digits);
  await dialog.getByRole("button", { name: "Compare" }).click();
}

/** The user acknowledges escrow with the published fingerprint. */
export async function acknowledge(user: Device): Promise<void> {
  const digits = await readNotice(user);
  const { page } = user;
  await page.getByRole("button", { name: "Compare and acknowledge" }).click();
  await typeDigits(user, digits);
  await page.getByText("The digits match").waitFor();
  await page.getByRole("button", { name: "Acknowledge escrow" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
}

/** Checks everybody, and opens the page of one. */
export async function lookAt(admin: Device, name: string): Promise<void> {
  const { page } = admin;
  await openTab(admin, "Coverage");
  await page.getByRole("button", { name: /^Check/ }).click();
  await page.getByText(/people checked in/).waitFor();
  await page.getByRole("link", { name }).click();
  await page.getByRole("heading", { name: "What could be restored today" }).waitFor();
}

/** Makes people up, with logs of their own. */
export async function makePeople({ page }: Device, count: number): Promise<void> {
  await page.evaluate(async (count) => {
    const headers = { "content-type": "application/json" };
    await fetch("/api/escrow/made", { method: "POST", headers, body: JSON.stringify({ count }) });
    for (;;) {
      const { isRunning } = (await (await fetch("/api/escrow/made")).json()) as { isRunning: boolean };
      if (!isRunning) return;
      await new Promise((later) => setTimeout(later, 200));
    }
  }, count);
}
