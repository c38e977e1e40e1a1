// Text that somebody else chose, made safe to show. docs/spec.md section 8.

import { describe, expect, it } from "vitest";
import { alike, plainText } from "../../src/bytes/plain-text.js";

describe("plainText", () => {
  it("keeps a text on one line, in its order, without control characters of a terminal", () => {
    expect(plainText("\u001b[2JLaptop\r\n\u2028of  Alice\u202eecivres\u2069")).toBe("[2JLaptop of Aliceecivres");
    expect(plainText("Zoë’s 📱 電話")).toBe("Zoë’s 📱 電話");
  });
});

describe("joiners", () => {
  it.each([
    ["Persian", "می\u200cخواهم"],
    ["Hindi", "क्\u200dष"],
    ["a person at a computer", "👩🏽\u200d💻"],
    ["a heart on fire", "❤️\u200d🔥"],
  ])("stay where a script needs them: %s", (_what, name) => {
    expect(plainText(name)).toBe(name);
  });

  it("go where they join nothing, and other format characters always", () => {
    expect(plainText("\u200dLap\u200d\u200dtop\u200c 2\u200d")).toBe("Laptop 2");
    expect(plainText("Lap\u202e\u200dtop\u2066\u200b\u{e0041}")).toBe("Laptop");
  });
});

describe("alike", () => {
  it("ignores joiners and all that has no picture of its own: a thief's name differs in nothing that people see", () => {
    for (const hidden of ["\u200d", "\u200c", "\u3164", "\u034f", "\ufe0f", "\u115f", "\u{e0100}", "\u00ad"]) {
      expect(alike(`Lap${hidden}top`), hidden).toBe(alike("Laptop"));
    }
    expect(alike("می\u200cخواهم")).toBe(alike("میخواهم"));
  });

  it("is the same for names that people cannot distinguish", () => {
    expect(alike("ＬＡＰＴＯＰ")).toBe(alike("laptop"));
    expect(alike("Laptop 2")).not.toBe(alike("Laptop"));
  });
});
