import { describe, expect, it } from "vitest";
import { Gathered } from "../../src/relay/gathered.js";
import { turns } from "../support/turns.js";

describe("questions that come at the same time", () => {
  const lengths = (asked: (readonly string[])[]) =>
    new Gathered<string, number>((keys) => {
      asked.push(keys);
      if (keys.includes("bad")) return Promise.reject(new Error(keys.join()));
      return Promise.resolve(new Map(keys.filter((key) => key !== "none").map((key) => [key, key.length])));
    });

  it("are asked together, each key once, and later ones anew", async () => {
    const asked: (readonly string[])[] = [];
    const gathered = lengths(asked);
    const keys = ["a", "bb", "none", "bb"];
    expect(await Promise.all(keys.map((key) => gathered.of(key)))).toEqual([1, 2, undefined, 2]);
    expect(await gathered.of("a")).toBe(1);
    expect(asked).toEqual([["a", "bb", "none"], ["a"]]);
  });

  it("are asked one by one where one of them fails", async () => {
    const asked: (readonly string[])[] = [];
    const gathered = lengths(asked);
    const answers = await Promise.allSettled(["a", "bad", "bb"].map((key) => gathered.of(key)));
    expect(answers).toMatchObject([{ value: 1 }, { reason: { message: "bad" } }, { value: 2 }]);
    await expect(gathered.of("bad")).rejects.toThrow("bad");
    expect(asked).toEqual([["a", "bad", "bb"], ["a"], ["bad"], ["bb"], ["bad"]]);
  });

  it("that come while an answer is awaited get an answer of their own", async () => {
    const asked: (readonly string[])[] = [];
    let isHeld = true;
    const release: (() => void)[] = [];
    const gathered = new Gathered<string, number>(async (keys) => {
      asked.push(keys);
      if (isHeld) await new Promise<void>((resolve) => release.push(resolve));
      return new Map(keys.map((key) => [key, asked.length]));
    });
    const first = gathered.of("a");
    while (release.length === 0) await turns();
    isHeld = false;
    expect(await gathered.of("a")).toBe(2);
    for (const each of release) each();
    await first;
    expect(asked).toEqual([["a"], ["a"]]);
  });
});
