// The portable cipher is a file of its own, which an app may fail to load. Modules are replaced in Node only.

import { describe, expect, it, vi } from "vitest";
import { Secret } from "../../src/bytes/secret.js";

describe("the portable cipher", () => {
  it("says so when its part of the app cannot be loaded", async () => {
    vi.resetModules();
    vi.doMock("../../src/primitives/noble-aes.js", () => {
      throw new TypeError("Failed to fetch dynamically imported module");
    });
    try {
      const fresh = await import("../../src/content/chunk-cipher.js");
      Object.assign((await import("../../src/primitives/current.js")).primitives, { nativeAes: undefined });
      vi.stubGlobal("crypto", {});
      await expect(fresh.chunkCipher(new Secret(new Uint8Array(32)))).rejects.toMatchObject({
        name: "KeysteadError",
        code: "OFFLINE",
        cause: expect.any(Error),
      });
    } finally {
      vi.unstubAllGlobals();
      vi.doUnmock("../../src/primitives/noble-aes.js");
      vi.resetModules();
    }
  });
});
