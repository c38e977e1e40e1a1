// The published package as an app uses it, by its name and with nothing else at hand. The same module runs in every runtime.

import { systemEnv } from "keystead";
import { callerSealer, indexedDbStore, MemoryDisk, memoryStore, webCryptoSealer } from "keystead/client";
import { coreStory } from "./core.js";
import { type Keep, sessionsStory } from "./sessions.js";
import { seededEnv } from "./support.js";

/** In a browser, what apps use there. */
const keepInBrowser: Keep = async (name) => ({
  store: await indexedDbStore(name),
  sealer: await webCryptoSealer(name),
});

/** In memory: a store that was closed gives what the one before it had. */
function keepInMemory(): Keep {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const disks = new Map<string, MemoryDisk>();
  return async (name) => {
    const disk = disks.get(name) ?? new MemoryDisk();
    disks.set(name, disk);
    return { store: memoryStore(disk), sealer: await callerSealer(key) };
  };
}

/** Tells the whole story. @returns what must be the same in every runtime @throws where it goes wrong */
export async function story(
  keep: Keep = typeof indexedDB === "undefined" ? keepInMemory() : keepInBrowser,
): Promise<string> {
  await coreStory(systemEnv());
  await sessionsStory(keep);
  return coreStory(seededEnv());
}
