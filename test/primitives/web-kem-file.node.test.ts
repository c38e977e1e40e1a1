// The encapsulation of WebCrypto is a file of its own, which is loaded only where WebCrypto has it. Modules are replaced in Node only.

import { describe, expect, it, vi } from "vitest";

describe("the file of WebCrypto's encapsulation", () => {
  it("is loaded only where WebCrypto has one", async () => {
    vi.resetModules();
    let loaded = 0;
    vi.doMock("../../src/primitives/web-kem.js", () => {
      loaded++;
      return { webEncapsulation: async () => undefined };
    });
    try {
      const { freshEncapsulation } = await import("../../src/primitives/fresh-kem.js");
      const { primitives } = await import("../../src/primitives/current.js");
      Object.assign(primitives, { mlkem768EncapsulateFresh: undefined });
      for (const [crypto, files] of [
        [undefined, 0],
        [{}, 0],
        [{ subtle: { encrypt: () => {} } }, 0],
        [{ subtle: { encapsulateBits: () => {} } }, 1],
      ] as const) {
        vi.stubGlobal("crypto", crypto);
        expect(await freshEncapsulation()).toBeUndefined();
        expect(loaded).toBe(files);
      }
    } finally {
      vi.unstubAllGlobals();
      vi.doUnmock("../../src/primitives/web-kem.js");
      vi.resetModules();
    }
  });
});
