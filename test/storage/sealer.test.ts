import { describe, expect, it } from "vitest";
import { callerSealer, passkeySealer, type Sealer } from "../../src/storage/sealer.js";
import { flipped } from "../primitives/support.js";

const key = (fill: number) => new Uint8Array(32).fill(fill);
const place = new TextEncoder().encode("app/device/7");
const record = new TextEncoder().encode("a keyring");

const kinds: readonly (readonly [string, (fill: number) => Promise<Sealer>])[] = [
  ["the caller's", (fill) => callerSealer(key(fill))],
  ["the passkey's", async (fill) => passkeySealer(await callerSealer(key(1)), key(fill))],
];

describe.each(kinds)("%s sealer", (_, make) => {
  it("opens records that it sealed, also in another instance with the same key", async () => {
    const sealed = await (await make(3)).seal(record, place);
    expect(await (await make(3)).open(sealed, place)).toEqual(record);
  });

  it("seals differently each time, and reveals nothing of the record", async () => {
    const sealer = await make(3);
    const [one, two] = [await sealer.seal(record, place), await sealer.seal(record, place)];
    expect(one).not.toEqual(two);
    expect(new TextDecoder("latin1").decode(one)).not.toContain("keyring");
  });

  it("refuses a record of another place, another key or another version, and one with any byte changed", async () => {
    const sealer = await make(3);
    const sealed = await sealer.seal(record, place);
    const refused = { code: "STORE_CORRUPT" };
    await expect(sealer.open(sealed, new TextEncoder().encode("app/device/8"))).rejects.toMatchObject(refused);
    await expect((await make(4)).open(sealed, place)).rejects.toMatchObject(refused);
    for (let at = 0; at < sealed.length; at++) {
      const changed = flipped(sealed, at);
      await expect(sealer.open(changed, place), `byte ${at}`).rejects.toMatchObject(refused);
    }
    for (const short of [0, 1, 12, 28])
      await expect(sealer.open(sealed.slice(0, short), place)).rejects.toMatchObject(refused);
  });

  it("says what to check when a record was sealed for another revision", async () => {
    const sealer = await make(3);
    const sealed = await sealer.seal(record, place);
    const opening = sealer.open(sealed, new TextEncoder().encode("app/device/8"));
    await expect(opening).rejects.toMatchObject({
      message: expect.stringMatching("check key, subject, associated data"),
    });
  });

  it("names wrong arguments", async () => {
    const sealer = await make(3);
    const wrong = { code: "INVALID_ARGUMENT" };
    await expect(sealer.seal("text" as never, place)).rejects.toMatchObject(wrong);
    await expect(sealer.seal(record, undefined as never)).rejects.toMatchObject(wrong);
    await expect(sealer.open(undefined as never, place)).rejects.toMatchObject(wrong);
  });
});

it("a sealer's key has 32 bytes", async () => {
  const wrong = { code: "INVALID_ARGUMENT", message: expect.stringMatching("32 bytes") };
  await expect(callerSealer(new Uint8Array(31))).rejects.toMatchObject(wrong);
  await expect(passkeySealer(await callerSealer(key(1)), new Uint8Array(33))).rejects.toMatchObject(wrong);
});

it("a passkey's records need both keys", async () => {
  const inner = await callerSealer(key(1));
  const sealed = await (await passkeySealer(inner, key(2))).seal(record, place);
  await expect(inner.open(sealed, place)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  const other = await passkeySealer(await callerSealer(key(5)), key(2));
  await expect(other.open(sealed, place)).rejects.toMatchObject({ code: "STORE_CORRUPT" });
});
