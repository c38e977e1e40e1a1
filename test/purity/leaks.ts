// The story with its secrets known, and the calls that revealed some of them.

import { equalBytes } from "../../src/bytes/bytes.js";
import { seededEnv } from "../support/seeded-env.js";
import { Secrets } from "./secrets.js";
import { tellStory } from "./story.js";
import { Traces } from "./traces.js";
import type { Shown } from "./watch.js";

/** Results that carry secrets, and why. */
export const ON_PURPOSE: Readonly<Record<string, string>> = {
  unsafeSerializeKeyring: "the keyring itself, for the device's own storage",
  unsafeSerializeProposal: "the keyring and the backup key, for the device's own storage",
  "Keyring.exportKey": "a key for the app's own data",
  "BackupPaper.reveal": "the text to be written down",
  openContent: "the plaintext",
  "openSigned.plaintext": "the plaintext",
  "openWithDetails.plaintext": "the plaintext",
  "openStream.readable": "the plaintext",
  "ContentReader.read": "the plaintext",
};

/**
 * Calls that revealed a secret, found in the texts that `say` makes of each value; with the number and places of texts searched.
 */
export async function tellSecretly(say: (value: unknown) => string) {
  const secrets = new Secrets();
  const papers: string[] = [];
  /** Salts of acts: the review that an act announces publishes its salt. */
  const published: Uint8Array[] = [];
  const said: { readonly from: string; readonly text: string }[] = [];
  const onShown = ({ from, value }: Shown): void => {
    if (from === "BackupPaper.reveal") papers.push(String(value));
    const salt = (value as { readonly act?: { readonly salt?: Uint8Array } } | undefined)?.act?.salt;
    if (from === "Proposal.accept" && salt) published.push(salt);
    said.push({ from, text: say(value) });
  };
  try {
    await tellStory(secrets.of(seededEnv("taint")), onShown);
  } finally {
    secrets.end();
  }
  const isPublished = (secret: Uint8Array) => published.some((salt) => equalBytes(salt, secret));
  const traces = new Traces(
    secrets.all.filter((secret) => !isPublished(secret)),
    papers,
  );
  const leaks = new Set(said.filter(({ text }) => traces.isIn(text)).map(({ from }) => from));
  const errors = said.filter(({ from }) => from.endsWith(" throws")).length;
  return { leaks: [...leaks].sort(), secrets: secrets.all.length, errors };
}
