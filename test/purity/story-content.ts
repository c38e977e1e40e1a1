// Content is sealed and opened, whole, as a stream and in parts.

import type { StreamPair } from "keystead";
import type { Circle } from "./circle.js";
import type { Watch } from "./watch.js";

export async function tellContent(told: Watch, alice: Circle): Promise<void> {
  const { core, env } = told;
  const laptop = alice.of("Laptop");
  const { keyring, log } = laptop;
  const short = env.random(100);
  const options = { purpose: "story", associatedData: new Uint8Array(3), pad: true };
  const expected = { purpose: "story", associatedData: new Uint8Array(3) };
  const sealed = await core.sealContent([log], short, options, env);
  core.readContentHeader(sealed);
  await core.openContent(sealed, keyring, expected);
  await told.refused(() => core.openContent(sealed, alice.of("Lost").keyring, expected));
  const signed = await core.sealContent([log], short, { ...options, signer: laptop }, env);
  await core.openSigned(signed, keyring, { ...expected, senderLog: log, log });
  await core.openWithDetails(signed, keyring, { ...expected, log });

  const long = env.random(70_000);
  const streamed = await through(core.sealStream([log], options, env), long);
  told.show("sealStream", streamed);
  const opening = core.openStream(keyring, expected);
  told.show("openStream.readable", await through(opening, streamed));
  told.show("openStream", await opening.opened);
  const cut = core.openStream(keyring, expected);
  told.show("openStream throws", await told.refused(() => through(cut, streamed.subarray(0, -1))));

  const reader = await core.openRandomAccess(new Blob([new Uint8Array(streamed)]), keyring, expected);
  await told.method(reader, "read", 69_900, 100);
  told.method(reader, "wipe");
  await told.refused(() => told.method(reader, "read", 0, 1));
}

/** The output of a pair of streams for bytes. */
async function through({ writable, readable }: StreamPair, bytes: Uint8Array): Promise<Uint8Array> {
  const writer = writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => undefined);
  const reader = readable.getReader();
  const parts: Uint8Array[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
  await written;
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
