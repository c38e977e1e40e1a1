// English for what a session shows and asks: part of the catalogue. docs/spec.md section 8.

import { plainText } from "../bytes/plain-text.js";
import type { EscrowQuestion, SessionQuestion } from "./session.js";
import { type CatalogueTexts, type CatalogueWords, textOf } from "./texts.js";

/** The questions of a user's session and of an admin's. */
export const sessionTexts: Pick<CatalogueTexts, SessionQuestion["code"] | EscrowQuestion["code"]> = {
  "question-interrupted": ({ intent }, { words }) =>
    `This was not done: ${words.changes[intent]}. Another device was faster, or the app was closed meanwhile. Do it again?`,
  "question-copied": () =>
    "Another copy of this device is in use, or its storage was restored from a backup. If neither is so, somebody has its keys: take " +
    "fresh keys, or remove this device.",
  "question-prove-backup-key": () => "Show that your backup key is on paper: type two groups of it.",
  "question-contact-changed": ({ change }, c) => textOf(change, c),

  "question-escrow-needs": ({ needs }, c) =>
    `Escrow does not work yet. It lacks ${c.list(needs.map((need) => c.words.needs[need]))}.`,
  "question-second-backup-key": () =>
    "Escrow has only one backup key: make a second one, and keep it in another place.",
  "question-admit": ({ name }, c) =>
    `${textOf(name, c)} waits for approval: compare its fingerprint and give it roles, or remove it.`,
  "question-publish-fingerprint": () => "The fingerprint that users compare has changed: publish the new one.",
  "question-open-act": ({ user }) =>
    `You announced an act for ${user === undefined ? "a user" : plainText(user)}, and it was not seen done: finish it, or disown it.`,
};

/** The states of a session, and what devices do. */
export const sessionWords: Pick<CatalogueWords, "sessions" | "connections" | "changes" | "needs"> = {
  sessions: {
    new: "This device is not set up yet.",
    joining: "Setting up. It goes on by itself once the service answers.",
    waiting: "This device works from now on. Approve it on another device to read older data.",
    ready: "This device is set up.",
    removed: "This device was removed. It reads what it has, and receives nothing new.",
    superseded: "A copy of this device took over its keys. This one reads what it has, and receives nothing new.",
    alarm:
      "The service shows a history that contradicts what this device has seen. Nothing new is believed, and nothing is sent.",
    lost: "The keys of this device are gone.",
    closed: "This device was signed out, or erased.",
  },
  connections: {
    never: "Connecting.",
    reached: "Connected.",
    offline: "Not connected. What you do is sent later.",
    refused: "The service refused this account: sign in again.",
    "server-behind": "The service has lost a part of its records. Devices that have it give it back.",
    clock: "A clock is wrong: check the one of this device.",
    invalid: "The service sent something that is not valid.",
  },
  changes: {
    create: "setting up this account",
    join: "adding this device",
    review: "approving and removing devices",
    rename: "renaming a device",
    lockdown: "switching lockdown",
    "backup-key": "making a backup key",
    "use-backup-key": "using a backup key",
    reclaim: "bringing back older data",
    regrant: "giving a device older data again",
    leave: "removing this device",
    rekey: "taking fresh keys",
    duty: "bringing keys up to date",
    "create-escrow": "setting up escrow",
    policy: "changing the policy",
    "record-recovery": "announcing a recovery",
    "record-access": "recording an access",
    disown: "disowning an act",
    "recover-user": "restoring a user",
    "renew-user": "renewing a user's escrow",
  },
  needs: {
    device: "a device that has all data and may manage",
    "backup-key": "a backup key that has all data and may manage",
    enabled: "a policy that enables it",
  },
};
