// Days that are not like others: what is lost, a wrong clock, and a letter while nobody is there. The numbers are those of the list of what
// must be true for users.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.js";
import { World } from "./world.js";

let world: World;

beforeAll(async () => {
  world = await World.open();
});
afterAll(async () => await world?.close());

const DAY = 86_400_000;

describe("the unusual", () => {
  it("24: what is lost names the removed device that could still bring it back", async () => {
    const [desk, spare] = [await world.browser(), await world.browser()];
    await desk.enter("Ada Byrne", "Desk");
    await desk.page.locator(".item[data-state=open]").nth(2).waitFor();
    await spare.enter("Ada Byrne", "Spare");
    await desk.context.close();
    await spare.go("Devices & Activity");
    await spare.row("Desk").getByRole("button", { name: "Remove" }).click();
    await spare.page.getByText("It alone holds the keys of").waitFor();
    await spare.page.getByRole("button", { name: "Remove it" }).click();
    const warning = spare.page.locator(".line").filter({ hasText: "lost" });
    await warning.first().waitFor();
    expect(await warning.first().textContent()).toContain("Desk");
    expect(await seriousFaults(spare.page)).toEqual([]);
    await spare.context.close();
  });

  it("27: a clock that is wrong is said in words", async () => {
    const desk = await world.browser();
    await desk.enter("Ben Okafor", "Desk");
    const late = await world.browser();
    await late.page.clock.setFixedTime(Date.now() - 30 * DAY);
    await late.signIn("Ben Okafor");
    await late.page.getByLabel("Name of this device").fill("Late");
    await late.page.getByRole("button", { name: "Add this device" }).click();
    await late.page.getByText("Check this device's clock").waitFor();
    await late.context.close();
    await desk.context.close();
  });

  it("8, 31: nothing is sealed to a device that left, until another has changed the keys", async () => {
    const [desk, spare] = [await world.browser(), await world.browser()];
    await desk.enter("Dina Haddad", "Desk");
    await spare.enter("Dina Haddad", "Spare");
    await desk.approve("Spare", await spare.digits());
    await spare.page.locator(".item[data-state=open]").nth(2).waitFor();
    await desk.page.close();
    await spare.go("Devices & Activity");
    await spare.page.getByRole("button", { name: "Remove this device" }).click();
    await spare.page.getByRole("button", { name: "Remove this device and sign out" }).click();
    await spare.page.getByLabel("Name of this device").waitFor();
    const arrives = () =>
      spare.page.evaluate(async () => {
        const headers = { "content-type": "application/json" };
        return (await fetch("/api/items", { method: "POST", headers, body: '{"kind":"mail"}' })).status;
      });
    expect(await arrives()).toBe(409);
    desk.page = await desk.tab();
    await desk.page.goto("/#/devices");
    await desk.page.getByText("Desk changed the keys").waitFor();
    expect(await arrives()).toBe(201);
    await desk.go("Inbox");
    await desk.page.locator(".item[data-state=open]").nth(3).waitFor();
    await desk.context.close();
    await spare.context.close();
  });

  it("no page complained, and no browser refused to load anything", () => {
    expect(world.complaints).toEqual([]);
    expect(world.reports).toEqual([]);
  });
});
