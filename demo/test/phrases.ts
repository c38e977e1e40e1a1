// What must be true for users, line by line and phrase by phrase, and the step of a play that ties a phrase to what a page shows.

import type { Locator } from "playwright";

/** The lines of the list, each as its phrases. */
export const LINES = {
  1: [
    "each device makes keys of its own as it comes online",
    "the first device opens the log",
    "a device that was signed in before joins",
    "data access of the first device is everything",
  ],
  2: [
    "any device shows the list",
    "name, kind, details, added date and data-access date of every member",
    "own fingerprint",
    "what is pending",
    "what was removed and by whom",
  ],
  3: ["a new device sends at once", "a new device receives at once", "it cannot read older data until approved"],
  4: [
    "pending devices surface on all existing devices",
    "saving approves the checked and removes the unchecked, in one link",
  ],
  5: [
    "approval gives exactly the approver's data access",
    "the list shows the new date",
    "it says which older device reaches further back",
    "it says that data is lost for good, and since when",
  ],
  6: ["fingerprints are compared before saving", "on mismatch the guidance is remove, not approve"],
  7: ["from the next sealed byte on it cannot read", "at least one device or backup key remains"],
  8: ["self-removal rotates", "removal from the web rotates", "until then sealing says so"],
  9: [
    "shown as grouped letters and digits",
    "shown once",
    "copied",
    "printed as a recovery sheet with QR",
    "proved by typing back a part",
    "listed like a device",
    "removable like a device",
    "data access is the maker's",
    "an older device extends",
  ],
  10: ["restores everything it reached", "tolerates typing mistakes, and says what it corrected"],
  11: ["a drill checks a paper key without using it", "policy can forbid users to make them"],
  12: [
    "not functional until there is a device and a backup key",
    "the first escrow device is made to create the backup key",
    "enabling cannot be undone by admins",
  ],
  13: [
    "contacts who approve escrow devices",
    "contacts for users' devices, shown on the pending device",
    "whether users may create backup keys",
    "only admins with the role change it",
    "every change is a signed link",
  ],
  14: [
    "pending until an existing one approves",
    "approved from the list, roles given in the approval",
    "rejected from the list",
    "removable",
    "backup keys, several",
  ],
  15: [
    "users are asked to acknowledge, and compare with what admins published",
    "asked once",
    "users see the escrow fingerprint",
    "it changes when the admins' devices change",
    "features wait for the acknowledgement",
  ],
  16: [
    "sharing happens as users' devices come online",
    "later keys follow by themselves",
    "nothing is readable by admins before",
  ],
  17: [
    "covered since when",
    "pending",
    "stale",
    "gap: which dates, and which device could close it",
    "lost",
    "claimed and proven",
    "many users with progress",
  ],
  18: [
    "an admin compares the user's fingerprint",
    "the new device is approved and reads everything",
    "lost devices are removed in the same step",
    "a leaver's data stays readable",
  ],
  19: ["only chosen stretches open", "a signed record of who, whose, which, why"],
  20: [
    "admins changing is invisible to users",
    "users can check the fingerprint of the new admins",
    "rotation reaches offline users",
  ],
  21: [
    "track a contact's fingerprint",
    "when it changed, sealing asks first",
    "a new device approved by a trusted one is milder news",
    "a fork is an alarm with evidence",
  ],
  22: [
    "a removed device keeps its keys",
    "it locks",
    "it says who removed it",
    "it offers: keep reading, rejoin, wipe",
    "rejoin",
    "wipe",
  ],
  23: [
    "a thief removes all devices and backup keys, and the owner joins again",
    "all data is back with a removed device's keyring",
    "all data is back with a removed backup key",
    "all data is back with an admin",
    "the thief's devices go in one step",
    "what the thief could read is named",
  ],
  24: ["lost stretches name the removed devices", "lost stretches name the removed backup keys"],
  25: ["the screen that offers lockdown says that the password is enough"],
  26: [
    "a kill or crash",
    "a full disk",
    "a lost answer",
    "two tabs are no second device",
    "a race",
    "no backup key that nobody saw",
  ],
  27: ["wrong clocks", "offline for years", "256 devices", "restored backups", "copied profiles"],
  28: [
    "staff turnover among admins raises no alarm at users",
    "a removed admin reads nothing new once a device was online",
  ],
  29: ["two online devices compare seven digits", "otherwise the whole fingerprint", "or its QR"],
  30: [
    "a server that lies is shown with evidence, never believed",
    "a server that forgets is healed",
    "a server that was restored from yesterday is healed",
  ],
  31: [
    "a service seals with the public log alone",
    "it knows how fresh the log is",
    "it never seals to a removed device unknowingly",
  ],
} as const;

type Lines = typeof LINES;

/** A phrase with the number of its line. */
export type Phrase = { [N in keyof Lines]: `${N}: ${Lines[N][number]}` }[keyof Lines];

/**
 * A step of a play: a phrase holds if its proof does.
 *
 * @param proof something that appears on a page, or assertions about it
 */
export async function shows(phrase: Phrase, proof: Locator | (() => unknown)): Promise<void> {
  try {
    await (typeof proof === "function" ? proof() : proof.first().waitFor());
  } catch (cause) {
    throw new Error(`not shown: ${phrase}. ${(cause as Error).message}`, { cause });
  }
}
