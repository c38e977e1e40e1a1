// Text that somebody else chose, made safe to show. docs/spec.md section 8.

import { describe, expect, it } from "vitest";
import { alike, plainText } from "../../src/bytes/plain-text.js";

describe("plainText", () => {
  it("keeps a text on one line, in its order, without control characters of a terminal", () => {
    expect(plainText("\u001b[2JLaptop\r\n\u2028of  Alice\u202eecivres\u2069")).toBe("[2JLaptop of Aliceecivres");
    expect(plainText("Zoë’s 📱 電話")).toBe("Zoë’s 📱 電話");
  });
});

describe("alike", () => {
  it("is the same for names that people cannot distinguish", () => {
    expect(alike("ＬＡＰＴＯＰ")).toBe(alike("laptop"));
    expect(alike("Laptop 2")).not.toBe(alike("Laptop"));
  });
});
