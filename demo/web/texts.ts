// Every text of the demo that the library has no words for, ready for translation. The library's own are in `keystead/english`.

import { type Catalogue, KeysteadError, type MemberName, textOf } from "keystead";
import type { Connection } from "keystead/client";
import { english } from "keystead/english";
import { ApiError } from "./api.js";

const DAY = 86_400_000;
const LOCALE = "en-GB";
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "long", year: "numeric" });
const short = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const midnight = (date: Date): number => new Date(date).setHours(0, 0, 0, 0);

/** A date as people say it: the time today and yesterday, the day before that. */
export function day(date: Date): string {
  const ago = Math.round((midnight(new Date()) - midnight(date)) / DAY);
  if (ago === 0) return `today, ${clock.format(date)}`;
  if (ago === 1) return `yesterday, ${clock.format(date)}`;
  return full.format(date);
}

/** The same for a column of a list. */
export function shortDay(date: Date): string {
  return midnight(new Date()) === midnight(date) ? clock.format(date) : short.format(date);
}

/** So many seconds, as `1:05`. */
export function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

/** The library's English, with this app's dates, and without numbers of epochs: people know mail, and not epochs. */
export const words: Catalogue = {
  ...english,
  day,
  epochs: () => "older mail",
  stretch: ({ since, until }) => {
    if (!until) return `the mail since ${day(since)}`;
    const [first, last] = [day(since), day(until)];
    return first === last ? `the mail of ${first}` : `the mail from ${first} to ${last}`;
  },
  texts: {
    ...english.texts,
    "single-member": (warning, c) =>
      warning.name === undefined || warning.name.code === "escrow"
        ? english.texts["single-member"](warning, c)
        : `Only ${textOf(warning.name, c)} can open ${c.stretch(warning.stretch, c)}. Approve another device on it, or make a backup key there: otherwise that mail is lost with it.`,
    "comparison-mismatch": () => "The digits do not match.",
    "comparison-not-recognised": () =>
      "This device knows no such digits. Reload the page on both devices, and compare again.",
    "comparison-other-log": () => "These are the digits of another account.",
    "no-backup-key": () => T.backup.none(false),
    "removed-by-other": ({ name, removed, when }, c) =>
      `${textOf(name, c)} removed ${c.list(removed.map((each) => textOf(each, c)))}, ${c.day(when)}.`,
    removal: ({ removerWas, name, when }, c) =>
      ({
        founding: `${textOf(name, c)} removed it, ${c.day(when)}.`,
        confirmed: `${textOf(name, c)} removed it, ${c.day(when)}. That device had been approved.`,
        unconfirmed: `${textOf(name, c)} removed it, ${c.day(when)}. Nobody had approved that device.`,
        escrow: `An administrator of the clinic removed it, ${c.day(when)}.`,
        operator: `The clinic's server removed it, ${c.day(when)}.`,
        itself: `It left your account, ${c.day(when)}.`,
      })[removerWas],
    "activity-genesis": ({ by }, c) => `${textOf(by, c)} opened this account`,
    escrow: (name, c) => (name.organisation === undefined ? english.texts.escrow(name, c) : "the clinic's escrow"),
    "activity-enroll": (link, c) =>
      link.entered.kind === "escrow"
        ? `${textOf(link.by, c)} acknowledged ${textOf(link.entered, c)}`
        : english.texts["activity-enroll"](link, c),
    "activity-renew-escrow": ({ by }, c) => `${textOf(by, c)} renewed escrow: the clinic's administrators changed`,
    "activity-rotate": ({ by }, c) => `${textOf(by, c)} changed the keys`,
    "activity-regrant": ({ by, to }, c) =>
      `${textOf(by, c)} gave keys of older mail to ${c.list(to.map((each) => textOf(each, c)))}`,
    "activity-reclaim": ({ by, from }, c) =>
      `${textOf(by, c)} took over what ${textOf(from, c)} could read before it was removed`,
  },
};

type Sayable = Parameters<typeof textOf>[0];

/** Sentences begin with a capital: escrow has no name of its own, and is called by words. */
const capital = (sentence: string): string => sentence.replace(/^the (?=clinic's escrow|escrow of )/, "The ");

export const say = (thing: Sayable): string => capital(textOf(thing, words));
/** A name within a sentence, and at the beginning of one. */
export const nameOf = (name: MemberName): string => textOf(name, words);
export const titleOf = (name: MemberName): string => capital(nameOf(name));

/** The same for somebody whom escrow covers. */
export const sayCovered = (thing: Sayable): string =>
  capital(textOf(thing, { ...words, texts: { ...words.texts, "no-backup-key": () => T.backup.none(true) } }));

/** The words of the portal. It holds no key, so it says what the server found: for which site each escrow in a log stands. */
export function portalWords(escrows: Readonly<Record<string, string>>) {
  const catalogue: Catalogue = {
    ...words,
    texts: {
      ...words.texts,
      escrow: (name, c) => {
        const site = escrows[name.member];
        return site === undefined ? english.texts.escrow(name, c) : `the escrow of ${site}`;
      },
    },
  };
  return {
    say: (thing: Sayable): string => capital(textOf(thing, catalogue)),
    nameOf: (name: MemberName): string => textOf(name, catalogue),
    titleOf: (name: MemberName): string => capital(textOf(name, catalogue)),
  };
}

/** What went wrong, and what to do: for people. */
export function explain(caught: unknown): string {
  if (caught instanceof ApiError) {
    const { problems } = T;
    return caught.status === 0 ? problems.offline : caught.status === 409 ? problems.rotation : problems.server;
  }
  const error = KeysteadError.from(caught);
  if (!error) return T.problems.other;
  return (T.problems.codes as Readonly<Record<string, string>>)[error.code] ?? error.message;
}

/** The texts of the page that shows several devices side by side. */
export const talkTexts = {
  title: "Side by side",
  lead: "Each frame is a device of its own, as another browser would be. Sign in to each: as one person with several devices, or as several people.",
  name: "Another device",
  add: "Show it",
  hide: (name: string) => `Hide ${name}`,
  frame: (name: string) => `The device ${name}`,
  leave: "Leave",
  empty: "No device is shown.",
} as const;

/** The texts of colleagues and what people write to each other. */
export const contactTexts = {
  title: "Colleagues",
  lead: "Notes are sealed on your device for the devices of one colleague. The clinic's server passes them on, and cannot read them.",
  choose: "Choose a colleague to write to",
  none: "No device yet",
  noneLead: (name: string) => `${name} has set up no device yet: there are no keys to seal a note to.`,
  badges: {
    verified: "Compared",
    none: "Not compared",
    milder: "News",
    changed: "Changed",
    alarm: "Alarm",
  },
  back: "Colleagues",
  write: (name: string) => `Note to ${name}`,
  send: "Seal and send",
  empty: "You have not written to each other yet.",
  held: "Nothing is sealed until you have looked at what changed.",
  mine: "You",
  locked: "This device has no keys for this note.",
  damaged: "The server gave other bytes than the ones that were sealed here. Nothing of it was opened.",
  alarmed: "Not opened: the server contradicts itself about this colleague.",
  opening: "Opening…",
  former: (name: string) =>
    `Signed with another account than the one that ${name} has now: nobody can check any more who wrote it.`,
  neither: "Sent by a device that nobody whom you know had approved. It may be a thief's.",
  restored: "Sent by a device that the organisation restored.",
  removedSince: "The device that sent it was removed since.",
  compare: "Compare fingerprints",
  compareAgain: "Compare again",
  verified: (name: string) => `You have compared fingerprints with ${name}.`,
  unverified: (name: string) =>
    `The account of ${name} is the one that the server showed first. Compare fingerprints once, and you know that it is the right one.`,
  dialog: (name: string) => `Compare fingerprints with ${name}`,
  ask: (name: string) =>
    `Meet ${name}, or call. ${name} finds the digits below on this same page, or at the end of Devices & Activity.`,
  yours: "Yours, to read out or show",
  theirs: (name: string) => `What ${name} shows`,
  text: "Type or paste",
  camera: "Scan",
  matched: (name: string) => `It is the account of ${name}.`,
  differs: (name: string) =>
    `Send nothing. Either ${name} reads out other digits than those of this account, or the server shows you another account than ${name}'s.`,
  stays: (name: string) =>
    `If it stays so, send nothing: either ${name} has another account, or the server shows you another one than ${name}'s.`,
  milder: {
    title: (name: string) => `News of ${name}'s devices`,
    ok: "All right",
  },
  changed: {
    title: (name: string) => `${name}'s devices changed`,
    ask: (name: string) => `Ask ${name} in another way whether that is right, before you write.`,
    go: (name: string) => `I have asked ${name}: go on`,
  },
  alarm: {
    title: (name: string) => `Alarm: do not write to ${name}`,
    replaced: (name: string) =>
      `If ${name} tells you in another way that everything was lost and that the account began anew: compare fingerprints, and then go on with the new account.`,
    goOn: "Go on with the new account",
    evidence: "Evidence",
    seen: (seq: number, hash: string) => `What this device had verified ends with change ${seq}, ${hash}.`,
    shown: (seq: number, hash: string) => `What the server shows now ends with change ${seq}, ${hash}.`,
    save: "Save the evidence",
    file: "evidence-of-a-dishonest-server.cbor",
  },
  askTitle: (name: string) => `${name}'s devices changed: compare before you write`,
  look: "Look at it",
} as const;

/** The web portal, the mailbox, and the step-up before them. */
export const portalTexts = {
  title: "Web portal",
  keyless: "This page holds no keys. It shows what the clinic's server knows, and can open nothing.",
  nav: { main: "Portal", account: "Your account", accountShort: "Account", mailbox: "Mailbox", people: "People" },
  toInbox: "Inbox",
  lostAll:
    "Lost all your devices? Add this one, and then use your backup key. Without one, or to remove a lost device:",

  account: {
    title: "Your account",
    lead: "Lost a device, and no other one at hand? Remove it here, with your password and a code by mail.",
    none: "No device is set up for this account yet.",
    devices: "Your devices and backup keys",
    theirs: "Devices and backup keys",
    status: { approved: "Approved", pending: "Waiting for approval", removed: "Removed" },
    cannot: "This account was set up before the portal could remove devices. Remove them on another device.",
    lockdown:
      "Lockdown is on: the portal removes only devices that nobody approved. So nobody who stole your password can shut you out here.",
    last: "The last device cannot be removed.",
  },
  rotation: {
    due: "Nothing new is sealed for now",
    dueLead:
      "A removed device still knows the keys. The next device of the account that comes online changes them by itself; until then the server keeps nothing new.",
    done: "A device has changed the keys",
    doneLead: "From now on the removed device can open nothing new.",
  },
  remove: {
    after:
      "As soon as another device of the account comes online, it changes the keys. From then on this one opens nothing new.",
    seen: "The other devices show that the clinic's server removed it.",
    rules: {
      "MEM-3": "The last device cannot be removed.",
      "MEM-5": "In lockdown the portal removes only devices that nobody approved.",
    } as Readonly<Record<string, string>>,
    changed: "The list has changed meanwhile. Look at it again.",
  },
  reset: {
    title: "Lost everything?",
    lead: "If you have a backup key, your mail is not lost: sign in on a new device, and use it there. With every device and every backup key gone, nobody can open your mail any more: the clinic cannot either. Then you can begin anew with an empty account.",
    covered: (site: string) =>
      `Your mail is not lost: an administrator can restore it, with the escrow of ${site}. Sign in on a new device, and ask the one whom it names. Begin anew only if they cannot help.`,
    open: "Begin anew…",
    confirmTitle: "Begin anew?",
    points: [
      "All mail until now stays closed for ever, unless an old device or backup key turns up.",
      "Colleagues who write to you get an alarm, and compare fingerprints with you before they send anything.",
      "Old devices get an alarm too, and receive nothing new.",
      "A mail tells you about it. A real clinic waits a day here, so that you can say no.",
    ],
    go: "Allow it for 15 minutes",
    allowed: (when: string) => `Your account may begin anew until ${when}`,
    allowedLead: "Open the inbox on the device that is to be your first one.",
    toInbox: "Open the inbox",
    takeBack: "Take it back",
  },
  anew: {
    title: "Begin anew on this device?",
    lead: "You asked in the web portal to begin anew. This device becomes the first of an empty account. Mail until now stays closed.",
    leadMember: "You asked in the portal to begin anew. This device first forgets the keys of the old account.",
    go: "Begin anew",
    forget: "Forget the old keys",
    not: "Not on this device",
    replaced: "Did you begin anew yourself?",
    replacedGo: "Yes, I did",
    replacedLead:
      "Then erase this device, and add it to your new account. What only this device can open is lost then. If it was not you, keep it as it is, and tell the clinic.",
    erase: "Erase this device",
  },
  elsewhere: {
    title: "This was sealed for another account",
    lead: "For yours before it began anew, as the server says, or for somebody else. A device or backup key of that account opens it, and no other.",
  },
  mailbox: {
    title: "Mailbox",
    lead: "Mail that the clinic's server would send to your own address. It is here so that you can see it in this demo.",
    empty: "No mail yet.",
    code: (code: string) => `Your code is ${code}`,
    codeLead: (minutes: number) =>
      `Type it on the page that asked for it. It is good for ${minutes} minutes. If you did not ask for it, somebody has your password.`,
    joined: (device: string | undefined) =>
      device === undefined ? "A new device asks to be added" : `A new device asks to be added: ${device}`,
    joinedLead: "Approve or remove it on one of your devices. If it is not yours, change your password.",
    removed: "A device was removed in the web portal",
    removedLead: "If you did not do that, look at your devices, and tell the clinic.",
    resetAllowed: "Somebody asked to begin your account anew",
    resetAllowedLead: (minutes: number) =>
      `It may happen in the next ${minutes} minutes, and all mail until now stays closed then. If it was not you, take it back in the portal.`,
    reset: "Your account began anew",
    resetLead: "A new device is its first one. If it was not you, tell the clinic.",
    moved: (site: string) => `You work at ${site} now`,
    movedLead: "Your devices and your mail stay as they are. Your devices follow that site's escrow from now on.",
    roleGiven: "You may add escrow devices",
    roleTaken: "You may not add escrow devices any more",
    roleLead: "An administrator of your site changed that.",
  },
  people: {
    title: (site: string) => `People at ${site}`,
    lead: "Their devices as the server sees them, their place of work, and who may add a device to the site's escrow devices.",
    refused: "This page is for administrators",
    refusedLead: "Your account has no role that shows other people's devices.",
    refusedTo: "The server refuses it too, and not only this page.",
    admin: "Portal admin",
    escrowAdmin: "May add escrow devices",
    you: "You",
    show: "Devices",
    of: (name: string) => `of ${name}`,
    showOf: (name: string) => `Devices of ${name}`,
    manage: "Manage",
    manageOf: (name: string) => `Manage ${name}`,
    role: "May add escrow devices",
    roleHint: "A device of this account may then ask to be added; an escrow device approves it.",
    ownRole: "Nobody gives this role to themselves: ask another administrator.",
    site: "Place of work",
    siteHint: "Devices and mail stay as they are. The account follows the escrow of the new site.",
    save: "Save",
  },
  stepUp: {
    title: "Confirm that it is you",
    lead: "A password can be stolen. So this needs a code, which is mailed to you.",
    send: "Mail me a code",
    sent: "A code was mailed to you. It is good for 10 minutes.",
    code: "Code",
    hint: "Six digits. In this demo the mail is in the Mailbox.",
    go: "Confirm",
    again: "Mail another code",
    mailbox: "Open the mailbox",
    problems: {
      wrong: "That is not the code. Look at the newest mail again.",
      spent: "This code is worth nothing any more. Have another one mailed.",
      expired: "This code is too old, or another sign-in asked for it. Have another one mailed.",
      "too many": "Too many codes were mailed. Try again in an hour.",
    } as Readonly<Record<string, string>>,
    until: (when: string) => `Confirmed until ${when}`,
    end: "End it now",
  },
} as const;

export const T = {
  app: "Alder Street Clinic",
  tagline: "Mail and voice messages that only your devices can open",
  about: "A demo of Keystead, device-managed encryption. Everybody and everything in it is made up.",
  skip: "Skip to the content",
  nav: {
    inbox: "Inbox",
    people: "Colleagues",
    peopleShort: "People",
    devices: "Devices & Activity",
    devicesShort: "Devices",
    backup: "Backup keys",
    backupShort: "Backup",
    lies: "Dishonest server",
    liesShort: "Lies",
    main: "Main",
  },
  theme: { label: "Colours", auto: "As the system", light: "Light", dark: "Dark" },
  menu: {
    more: "Account and settings",
    signOut: "Sign out",
    another: "Another device",
    talk: "Side by side",
    talkHint: "Several devices on one page.",
    anotherHint: "A new tab, a device of its own.",
    portalHint: "Your account, without keys.",
  },
  connections: {
    never: "Connecting…",
    reached: "Up to date",
    offline: "Offline",
    refused: "Sign in again",
    "server-behind": "The server lost entries that this device has",
    clock: "Check this device's clock",
    invalid: "What the server shows cannot be verified",
  } satisfies Record<Connection["state"] | "never", string> as Readonly<Record<string, string>>,
  alarmed: "The server contradicts itself",
  busy: "One moment…",
  cancel: "Cancel",
  close: "Close",
  back: "Back",
  copy: "Copy",
  copied: "Copied",

  signIn: {
    title: "Sign in",
    account: "Account",
    password: "Password",
    submit: "Sign in",
    wrong: "The password is not right.",
    missing: "Type the password.",
    devices: "Each browser is a device: sign in with another one, or in a private window, to have two.",
    hint: (password: string) => `Every account of this demo has the password “${password}”.`,
  },

  setup: {
    newTitle: (name: string) => `Welcome, ${name}`,
    newLead:
      "This is the first device of your account. It makes the keys that your mail is sealed to. They never leave it unencrypted, and the clinic has no copy.",
    joinTitle: "Add this device",
    joinLead:
      "Your account is set up on another device. This one receives new mail at once. It reads older mail when you approve it there, or with a backup key.",
    name: "Name of this device",
    nameHint: "You see it in the list of your devices, and so does the clinic's server.",
    create: "Set up this device",
    join: "Add this device",
    lost: "This device lost its keys",
    lostLead:
      "This browser's storage was cleared, and the keys with it. Add it again as a new device. A backup key or one of your other devices brings back the older mail.",
    joining: "Setting up this device. It goes on by itself once the server answers.",
  },

  news: {
    ready: "It is done: this device reads your older mail, too.",
    approved: (names: string) => `It is done: ${names} can read your mail as this device does.`,
    hide: "Hide this",
  },
  waiting: {
    title: "This device reads new mail only",
    lead: "Approve it on one of your other devices: open Devices & Activity there, and compare the two devices.",
    show: "Show its 60 digits and QR code",
    how: "Without the seven digits, and for an administrator: read these out, or have the QR code scanned.",
    hide: "Hide them",
    digits: "Digits of this device",
    qr: "The same as a QR code, to scan with the other device",
    usePaper: "Use a backup key instead",
  },

  nudge: {
    title: "Make a backup key",
    lead: (isCovered: boolean) =>
      `If you lose every device, ${isCovered ? "a backup key brings your mail back without an administrator" : "only a backup key brings your mail back"}. It takes two minutes and a printer or a pen.`,
    make: "Make a backup key",
    later: "Later",
  },

  inbox: {
    title: "Inbox",
    empty: "Nothing has come yet. Mail for you is sealed as soon as it arrives.",
    choose: "Choose a message to read it",
    looking: "Looking for mail…",
    nothingYet: "Messages open here",
    receiving: "The clinic's server seals it…",
    receive: "Let something arrive",
    receiveMail: "A letter",
    receiveCall: "A voice message",
    receiveHint: "The clinic's server seals it with the public keys in your account. It has no key to open it.",
    locked: "Locked",
    damaged: "Not as it was sealed",
    mail: "Letter",
    voicemail: "Voice message",
    sealed: (kind: string, when: string) => `Sealed ${kind.toLowerCase()}, ${when}`,
    opening: "Opening…",
    openedHere: "Sealed by the clinic's server, opened on this device",
    sealedFor: (change: number, isNewest: boolean) =>
      `It was sealed for your devices as Activity lists them up to change ${change}${isNewest ? ", the newest" : ""}. The server never uses a list that it read more than 10 minutes before.`,
    from: "From",
    lockedTitle: "This device cannot open this yet",
    lockedWhy: (when: string, since: string) => `It was sealed ${when}. This device reads mail since ${since}.`,
    lockedBefore: (when: string) => `It was sealed ${when}, before this device was added.`,
    lockedWhyNothing: (when: string) => `It was sealed ${when}, and this device was given no keys for it.`,
    lockedWho: (names: string) => `To open it, approve this device on ${names}.`,
    lockedPaper: (names: string) => `The backup key ${names} opens it as well.`,
    lockedRemoved: "This device was removed from your account. Join again with it first: it becomes a new device.",
    lockedSuperseded:
      "A copy of this device took over its keys. Join again with this one first: it becomes a new device.",
    lockedEscrow: "An administrator of your clinic can restore it, if you have lost the other devices.",
    lockedNobody: "No device or backup key of yours holds its keys any more.",
    withheldTitle: "The server hides changes of your devices from this device",
    withheldWhy: (named: number, shown: number) =>
      `This was sealed after change ${named} of your devices. The server shows this device ${shown === 1 ? "change 1" : `changes 1 to ${shown}`} only.`,
    withheldLead:
      "A device of yours was removed perhaps, and the keys were changed. Compare Devices & Activity with another device of yours. If the lists differ for long, tell the clinic.",
    damagedTitle: "This is not what was sealed for you",
    damagedLead:
      "The server gave other bytes than the ones that were sealed for this place. Nothing of it was opened. Try again later; if it stays so, tell the clinic.",
    again: "Try again",
  },
  player: {
    play: "Play",
    pause: "Pause",
    position: "Position",
    at: (now: string, all: string) => `${now} of ${all}`,
    fetched: (part: number) => `${part} % fetched and opened`,
  },

  devices: {
    title: "Devices & Activity",
    lead: "Only the devices and backup keys in this list can read your mail.",
    add: "To add a device, sign in on it. It then waits here until you approve it.",
    reviewIt: "Review it",
    mine: "Your devices and backup keys",
    review: (count: number) =>
      count === 1 ? "One device waits for your review" : `${count} devices wait for your review`,
    reviewLead: "Somebody signed in to your account with it. Approve it if it is yours; otherwise remove it.",
    reviewOpen: "Review activity",
    warnings: "To look at",
    status: {
      "this-device": "This device",
      approved: "Approved",
      pending: "Waiting",
      removed: "Removed",
      superseded: "Superseded",
    },
    added: (when: string) => `Added ${when}`,
    reads: (when: string) => `Reads mail since ${when}`,
    waiting: (count: number) => (count === 1 ? "one waits for your review" : `${count} wait for your review`),
    readsAll: (when: string) => `Reads everything, since ${when}`,
    readsNothing: "Reads no mail",
    first: "First device of the account",
    madeBy: (who: string, when: string) => `Made by ${who}, ${when}`,
    approvedBy: (who: string, when: string) => `Approved by ${who}, ${when}`,
    notApproved: "Not approved by anybody",
    paper: (id: string) => `The paper begins with ${id}`,
    rename: "Rename",
    renameTitle: "Rename this device",
    remove: "Remove",
    removeMine: "Remove this device",
    gone: "Removed",
    removedBy: (who: string, when: string) => `Removed by ${who}, ${when}`,
    couldRead: (when: string) => `It could read mail since ${when}, until it was removed.`,
    couldReadNothing: "It could read no mail.",
    activity: "Activity",
    activityLead: "Every change of your devices, newest first. Each one is signed by the device that made it.",
    ownFingerprint: "Fingerprint of this device",
    ownFingerprintLead:
      "For somebody who wants to be sure of this device, such as an administrator. It is another one after each change of your devices.",
    ownFingerprintQr: "The fingerprint of this device as a QR code",
    fingerprint: "Fingerprint of your account",
    fingerprintLead:
      "All your devices show the same digits, and new ones after each change of your devices. If one of them shows others for long, somebody shows it another account.",
  },
  kinds: { device: "Device", backup: "Backup key", escrow: "Escrow" },

  lockdown: {
    title: "Lockdown",
    on: "On: a device that signs in receives nothing until you approve it.",
    off: "Off: a device that signs in with your password receives new mail at once, before you approve it. So can somebody who has your password, until you remove their device.",
    turnOn: "Switch lockdown on",
    turnOff: "Switch lockdown off",
    notHere:
      "This device cannot switch it on: an administrator approved it, or a device that is gone. Only your first device can, and those that were approved by it or by one another.",
    notYet: (name: string) => `${name} is in the way: approve or remove it first.`,
  },

  review: {
    title: "Review activity",
    lead: "Compare each device that is yours, and approve it. The others are removed in the same step.",
    notCompared: "Not compared yet",
    approve: "Approve it",
    compareFirst: "Compare it first",
    gives: (when: string) => `Once approved, it reads mail since ${when}, as this device does.`,
    further: (name: string, when: string) =>
      `${name} reaches further back: approving there lets it read mail since ${when}.`,
    lost: (what: string) => `Nobody can give it ${what}: that is lost.`,
    willApprove: "Will be approved",
    willRemove: "Will be removed",
    save: (approve: readonly string[], remove: readonly string[]) => {
      const some = (verb: string, names: readonly string[]) =>
        names.length === 0 ? [] : [`${verb} ${names.length === 1 ? names[0] : names.length}`];
      return [...some("approve", approve), ...some("remove", remove)].join(", ").replace(/^./, (c) => c.toUpperCase());
    },
    saveHint: "Nothing has changed yet.",
    done: "Nothing waits for review.",
  },
  compare: {
    title: (name: string) => `Compare with ${name}`,
    lead: (name: string) => `Open this app on ${name}, and have both devices before you.`,
    ways: "How to compare",
    byDigits: "Seven digits",
    byText: "Type or paste",
    byCamera: "Scan",
    text: "What the other device shows",
    textHint: "Its 60 digits, or the text of its QR code.",
    check: "Compare",
    scanning: "Hold the QR code before the camera.",
    noCamera: "No camera can be used here. Type what the other device shows.",
    differs: (name: string) =>
      `Do not approve ${name}. Somebody may show you another device, or another list. Leave it unchecked, and save: that removes it.`,
    matched: "The digits match",
  },

  digits: {
    show: "Compare seven digits",
    lead: (name: string) =>
      `Press “Compare seven digits” on ${name}, and then begin here. Both devices must be online.`,
    begin: "Begin",
    waiting: (name: string) => `Waiting for ${name}…`,
    waitingHere: "Waiting for your other device: open Devices & Activity there, then Review activity, and press Begin.",
    question: (name: string) => `Does ${name} show the same seven digits?`,
    here: "Seven digits",
    compareThere: "Compare these with the digits on your other device, and answer there.",
    same: "Yes, the same",
    differ: "No, others",
    again: "Compare again",
  },

  remove: {
    title: (name: string) => `Remove ${name}?`,
    after: (name: string) => `From the next message on, ${name} can open nothing.`,
    kept: "What it has opened or fetched before, it may have kept. Nobody can take that back.",
    paper: "The paper is worth nothing from then on, except for mail that it could open before.",
    only: (what: string) => `It alone holds the keys of ${what}. Without it, that mail is lost.`,
    confirm: "Remove it",
    last: "It is the only one in your account, and cannot be removed. Add another device or make a backup key first.",
    mine: "This device leaves your account and forgets its keys. To use it again, add it as a new device.",
    mineConfirm: "Remove this device and sign out",
    alsoTitle: "Others came with it",
    also: (name: string) => `${name} was approved only by what you have removed. Remove it too, unless you know it.`,
  },

  backup: {
    title: "Backup keys",
    lead: "A backup key is a device on paper: 36 characters that open everything this device can read, when all your devices are lost.",
    none: (isCovered: boolean) =>
      isCovered
        ? "You have no backup key. When every device is lost, only the clinic's administrators can bring your mail back."
        : "You have no backup key. When every device is lost, so is your mail.",
    remove: "To remove one that is lost or was seen by others:",
    make: "New backup key",
    drill: "Check a paper key",
    use: "Use a backup key",
    yours: "Your backup keys",
    madeBy: (who: string, when: string) => `Made by ${who}, ${when}`,
    unproved: "A backup key waits until you show that it is on paper.",
    unprovedGo: "Show it again",
  },
  make: {
    title: "New backup key",
    steps: ["Name it", "Write it down", "Prove it"],
    name: "Name",
    nameDefault: "Paper in the safe",
    nameHint: "Where you will keep it, for example.",
    since: (when: string) => `It will open your mail since ${when}.`,
    older: (name: string, when: string) => `${name} reads mail since ${when}: a backup key made there opens more.`,
    go: "Make it",
    write: "Write it down or print it now. It is shown until you prove that you have it.",
    key: "Your backup key",
    qr: "The backup key as a QR code",
    begins: "Begins with",
    print: "Print the recovery sheet",
    have: "I have it on paper",
    proveLead: "Type two of the nine groups from your paper. They are counted line by line, from the top left.",
    group: (number: number) => `Group ${number}`,
    prove: "That is it",
    again: "See it again",
    wrong: "That was not right. Look at your paper again, and type the groups that are asked for now.",
    cancel: "Cancel and remove this key",
    doneTitle: "Your backup key is ready",
    done: "Keep it as you keep your passport, and not with your devices.",
  },
  usePaper: {
    title: "Use a backup key",
    lead: "Type the 36 characters from your paper, or scan its QR code. Capitals, spaces and dashes do not matter; type ? for a character that you cannot read. The paper stays valid.",
    text: "Backup key",
    ways: "How to enter it",
    noCamera: "No camera can be used here. Type the characters from the paper.",
    left: (count: number) => (count === 1 ? "One more character" : `${count} more characters`),
    tooMany: (count: number) => (count === 1 ? "One character too many" : `${count} characters too many`),
    wrong: "No backup key of this account reads like this. Look at the paper again.",
    found: (name: string) => `It is ${name}.`,
    reads: (when: string) => `It opens your mail since ${when}.`,
    readsOld: "It opens older mail, and nothing new.",
    removedKey: "This key was removed from your account. It still brings back what it could open.",
    corrected: "Corrected",
    made: (name: string) => `In this made-up year you have it on paper: ${name}`,
    madeGo: "Copy it from the paper",
    lostTitle: "Remove lost devices in the same step",
    lostLead: "Tick the devices that you do not have any more.",
    go: "Open my mail",
  },
  drill: {
    title: "Check a paper key",
    lead: "Type it from the paper, or scan it. Nothing is used up, and nothing is opened: you only learn whether it is right.",
    good: (name: string) => `The paper is right: it is ${name}.`,
    removed: (name: string) => `It is ${name}, which was removed. You can throw this paper away.`,
  },

  locked: {
    removedTitle: "This device was removed from your account",
    removedUnknown: "It receives nothing new, and opens nothing until you choose.",
    supersededTitle: "A copy of this device took over its keys",
    superseded: "This copy reads what it has, and receives nothing new. Add it again as a new device.",
    notMe: "If it was not you who removed it, join again, and then remove the devices that you do not know.",
    keep: "Keep reading older mail",
    keepHint: "Opens what this device could open when it was removed.",
    keepHintSuperseded: "Opens what this copy could open until then.",
    rejoin: "Join again",
    rejoinHint: "As a new device. What this one could read before can be taken over with its old keys.",
    erase: "Erase this device",
    eraseHint: "Deletes its keys and everything it stored. That cannot be undone.",
    reading: "This device was removed. It reads older mail, and receives nothing new.",
    readingSuperseded: "A copy of this device took over its keys. This one reads older mail, and receives nothing new.",
    back: "Choose again",
    reclaimTitle: "Bring back what this device could read",
    reclaim: (name: string) =>
      `This device still has its keys from when it was ${name}. Take over what it could read then?`,
    reclaimGo: "Bring it back",
  },
  alarm: {
    title: "The server contradicts itself",
    lead: "It shows another history of your account than the one that this device has verified. Nothing new is believed, and nothing is sealed or approved, until that is cleared up.",
    toLies: "This demo has a page that makes the server lie",
    evidence: (count: number) =>
      count === 1
        ? "One piece of evidence is kept on this device."
        : `${count} pieces of evidence are kept on this device.`,
    what: {
      FORKED: "Two different histories of your account exist. No honest server shows that.",
      ROLLED_BACK: "The newest changes of your account are missing: a removal perhaps.",
      REPLACED: "Your account was replaced by another one.",
    } as Readonly<Record<string, string>>,
  },
  lies: {
    title: "A dishonest server",
    lead: "What could the clinic's server do to you? Have it do it, and see what your devices make of it. It lies to your account only.",
    honest: "The server is honest now",
    isOn: (name: string) => `The server lies: ${name.toLowerCase()}`,
    sees: "This device says:",
    on: "On",
    turnOn: "Switch on",
    off: "Switch off",
    once: "Do it",
    stop: "Be honest again",
    noEscrow: "Nobody has set escrow up at your site yet. Sign in as an IT administrator, and open Escrow.",
    parts: { does: "What it does", shows: "What you see", why: "Why it is caught" },
    names: {
      swap: "Swap letters",
      join: "Add a device of its own",
      forget: "Forget your newest change",
      withhold: "Withhold a removal",
      split: "Show two histories",
      replace: "Swap your keys",
      escrow: "Replay an old history of escrow",
    },
    does: {
      swap: "It shows each letter in the place of another.",
      join: "It joins your account with a device that has the name of yours, as anybody could who has your password.",
      forget: "It hides the newest change of your devices, such as a removal, and takes nothing new.",
      withhold:
        "It hides from your other devices what you change from now on. Remove a device here, then let a letter arrive.",
      split:
        "It shows this device one history, and all others another one. Make a change here and another one there, then switch it off.",
      replace:
        "It makes an account of its own under your name, with keys that it has, and shows that one to everybody, also to colleagues who write to you.",
      escrow:
        "It shows this device the escrow of your site as it was before its newest change, such as the removal of an administrator.",
    },
    shows: {
      swap: "Letters that you open after that say that they are not what was sealed for you.",
      join: "The device waits for your review on all your devices, with a mark beside its name. Do not approve it: saving removes it.",
      forget:
        "“The server lost entries”. Your device keeps its own history, and offers the change to the server again and again.",
      withhold:
        "Your other devices go on with the list that they know. The new letter says there that changes are hidden, and the removed device cannot open it either.",
      split:
        "When the histories meet again, at its next change or start, the other device raises an alarm, and keeps both as evidence.",
      replace:
        "An alarm on every device that knew your account, and nothing is sealed to the new keys by a colleague who knew it. A new device shows digits that match nothing.",
      escrow:
        "“The server lost entries”. Your device goes on with the newest escrow that it verified, and keeps evidence. An administrator's device offers the change to the server again and again.",
    },
    why: {
      swap: "Each letter is sealed for its place. Opened for another place, it fails.",
      join: "The list of devices is a signed history that all your devices read. Nobody can join it unseen, and only you approve.",
      forget: "A device remembers the newest change that it has verified, and never goes back.",
      withhold:
        "A removal changes the keys, and each letter names the change of your devices that it was sealed after. The server cannot alter what it names.",
      split: "Every change names the one before it by its hash. Two histories can never become one again.",
      replace: "A device knows the first change of your account by its hash. No other account has it.",
      escrow:
        "A device remembers the newest change of escrow that it has verified. Once you acknowledged escrow, your own list of devices names one too.",
    },
  },
  asks: {
    interrupted: "Something that you asked for was not done, because another device was faster.",
    copied: "Another copy of this device is in use, or its storage was restored from a backup.",
    copiedLead: "With fresh keys this one goes on, and the other one receives nothing new.",
    freshKeys: "Take fresh keys",
    ok: "All right",
  },
  pending: (what: string) => `${what}: waits for the server.`,
  intents: {
    create: "Set up",
    join: "Join",
    review: "Approve and remove",
    rename: "Rename",
    lockdown: "Lockdown",
    leave: "Remove this device",
    rekey: "Fresh keys",
    "backup-key": "New backup key",
    "use-backup-key": "Use a backup key",
    reclaim: "Bring back",
    regrant: "Give keys again",
    duty: "Update of keys",
  } as Readonly<Record<string, string>>,

  problems: {
    offline: "The server was not reached. Try again when you are online.",
    rotation:
      "A device left your account, and no other has changed the keys since. Nothing is sealed until one of your devices is online.",
    server: "The server did not answer as it should. Try again.",
    other: "Something went wrong. Try again.",
    codes: {
      PENDING: "An earlier change still waits for the server. Try again in a moment.",
      LOST_RACE: "Another device was faster. Look at the list again.",
      COMPARE_AGAIN:
        "The comparison did not come to an end: the other device did not answer in time, or the list changed. Begin again on both devices.",
      BACKUP_KEY_INVALID: "No backup key of this account reads like this. Look at the paper again.",
      CONTACT_CHANGED: "Their devices changed. Look at what changed before you send anything.",
      FINGERPRINT_INVALID: "That is not what a device shows: 60 digits, or the text of its QR code.",
      NOT_PERMITTED:
        "This device may not do that now: the clinic's policy or the newest list of devices does not allow it. Look at this page again.",
      FORBIDDEN: "The server did not allow it. Sign in again.",
      OFFLINE: "The server was not reached. Try again when you are online.",
      STORE_UNAVAILABLE:
        "This browser could not store anything, perhaps because the disk is full. Nothing was sent. Make room, and try again.",
    },
  },
} as const;

const plural = (count: number, one: string, many: string): string =>
  `${count.toLocaleString(LOCALE)} ${count === 1 ? one : many}`;
const shortYear = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });

/** A day without its time, for tables and pictures. */
export const shortDate = (date: Date): string => shortYear.format(date);

/** What happened in the escrow log, which is no account of anybody's mail. */
export const sayEscrow = (thing: Sayable): string =>
  textOf(thing, {
    ...words,
    texts: {
      ...words.texts,
      "single-member": (warning, c) =>
        warning.name === undefined
          ? english.texts["single-member"](warning, c)
          : `Only ${textOf(warning.name, c)} holds escrow's keys since ${c.day(warning.stretch.since)}. Approve another escrow device, or make a backup key: otherwise nobody can be restored once it is lost.`,
      "no-backup-key": () =>
        "Escrow has no backup key. When every escrow device is lost, nobody can be restored any more.",
      "activity-genesis": ({ by }, c) => `${textOf(by, c)} set escrow up`,
      "activity-rotate": ({ by }, c) => `${textOf(by, c)} changed the keys of escrow`,
      "activity-act": ({ by }, c) => `${textOf(by, c)} recorded a recovery`,
    },
  });

/** Texts of the pages about escrow. */
export const escrowTexts = {
  title: "Escrow Devices & Activity",
  nav: "Escrow",
  lead: (site: string) =>
    `With escrow, ${site} can restore somebody who lost every device, and sees whose data it could not restore. The keys are on your devices, and not on the server.`,
  noRole: {
    title: "Your account has no role for escrow",
    lead: "An administrator gives it in the portal.",
  },
  stepUp:
    "With escrow, administrators restore people who lost every device, and open their data for a legal reason. Confirm that it is you, with a code by mail.",
  tabs: { devices: "Devices", report: "Coverage", records: "Recoveries & accesses" },
  intents: {
    "create-escrow": "Set up escrow",
    policy: "Change of the policy",
    "record-recovery": "Record of a recovery",
    "record-access": "Record of an access",
    "recover-user": "Recovery",
    "renew-user": "Renewal",
    disown: "Disown",
  } as Readonly<Record<string, string>>,
  roles: {
    manage: { name: "Manages", may: "admits and removes escrow devices, sets the policy, and all the rest" },
    recover: { name: "Recovers", may: "restores people who lost every device" },
    discover: { name: "Discovers", may: "opens people's data, with a record" },
    pending: "Nothing, until it is approved",
    none: "Only looks",
  },

  setup: {
    first: (site: string) => `Set up escrow for ${site}`,
    firstLead:
      "This browser becomes the first escrow device. It makes the keys by which people's data can be restored.",
    paperFollows: "Next you make a backup key on paper. Escrow works once it is in a safe, and not before.",
    another: (site: string) => `Join the escrow of ${site}`,
    anotherLead:
      "Another device has set escrow up. This one may do nothing until an administrator compares it and approves it with its roles.",
    removed: "This escrow device was removed",
    removedLead: "It restores nobody and opens nothing new. Join again as a new device, or erase its keys.",
    name: "Name of this escrow device",
    nameHint: "Other administrators see it in the list.",
    defaultName: (first: string) => `${first}'s desk`,
    contact: (name: string, role: string) => `${name}, ${role}`,
    create: "Set up escrow",
    join: "Ask to join",
    erase: "Erase its keys",
  },
  needs: {
    title: "Escrow does not work yet",
    lead: "Nobody's data can be restored before this is done. Once escrow is enabled, administrators alone cannot switch it off. Still missing:",
    enable: "Make the backup key and enable",
    finish: "Enable escrow",
    what: {
      device: "An escrow device that manages",
      "backup-key": "A backup key on paper: with one device alone, a single loss would lock everybody out",
      enabled: "Switching it on",
    },
  },
  paper: {
    nameHint: "Where it will be kept.",
    account: (site: string) => `Escrow of ${site}`,
    enable: {
      nameDefault: "Safe, ground floor",
      title: "Enable escrow",
      lead: "First the backup key of escrow. It lets a new administrator in when every escrow device is lost, so it belongs in a safe.",
      doneTitle: "Escrow is enabled",
      done: "Lock the paper away. Now publish the fingerprint, so that people can compare it.",
    },
    use: {
      lead: "Type the 36 characters from the paper in the safe, or scan its QR code. The paper stays valid, and this device may do everything.",
      reads: (when: string) => `It holds escrow's keys since ${when}.`,
      go: "Let this device in",
    },
    another: {
      nameDefault: "Safe, second site",
      title: "Another backup key of escrow",
      lead: "For another place: a fire in one safe must not lock everybody out.",
      doneTitle: "The backup key is ready",
      done: "Lock it away, and not with the first one.",
    },
  },
  asks: {
    second: "There is one backup key only",
    secondLead: "Make another one for another place.",
    openAct: (who: string) => `A recovery of ${who} was announced and not done`,
    finish: "Do it now",
    disown: "Disown it",
  },
  publish: {
    title: "Fingerprint of escrow",
    lead: "People compare these digits before they acknowledge escrow. Publish them where the server cannot change them: on a wall, at onboarding, on paper.",
    never: "It has not been published yet",
    changed: "It has changed since you published it",
    done: "It is published",
    go: "Publish it",
    see: "See the clinic's page",
    qr: "The fingerprint as a QR code",
  },
  admit: {
    title: (count: number) =>
      count === 1 ? "An escrow device waits for approval" : `${count} escrow devices wait for approval`,
    lead: "Somebody with the role in the portal asks to join. Compare it with its owner, in person or by phone.",
    open: "Review escrow devices",
    how: "Compare each device with its owner. Those that match are approved with their roles; the others are removed.",
    compare: (name: string) =>
      `Ask its owner for the digits that ${name} shows, in a way that the server does not carry.`,
    roles: (name: string) => `What ${name} may do`,
    keeps: "A device keeps the roles of its approval.",
  },
  waiting: {
    title: "Waiting for approval by the administrators",
    lead: "This device may do nothing yet. Read these digits to one of them.",
    ask: "Ask one of these:",
    paper: "Use a backup key of escrow instead",
    digits: "Digits of this escrow device",
  },
  devices: {
    title: "Escrow devices and backup keys",
    anotherPaper: "Make another backup key",
  },
  remove: (name: string, site: string): readonly string[] => [
    `${name} restores nobody and opens nothing new from now on. What it could read before, its owner may have kept.`,
    `The keys of escrow change, and so does the fingerprint: publish it again. Nobody at ${site} is asked anything.`,
    "People's devices renew their escrow as they come online.",
  ],
  policy: {
    title: "Policy",
    enabled: "Escrow",
    on: "Enabled",
    off: "Not enabled",
    escrowContacts: "Who approves escrow devices",
    userContacts: "Whom people ask who lost their devices",
    papers: "People may make backup keys of their own",
    papersAllowed: "Yes",
    papersForbidden: "No",
    nobody: "Nobody is named",
    change: "Change",
    lines: "One a line. A new escrow device shows them.",
    linesUsers: "One a line. A new device of somebody shows them.",
    publishAgain: "Each change is signed and listed, and changes the fingerprint.",
    save: "Save the policy",
  },

  timeline: {
    label: (name: string) => `What escrow covers of ${name}'s data`,
    columns: ["When", "Escrow", "What to do"],
    today: "today",
    parts: { covered: "Covered", gap: "Gap", withheld: "Not delivered", lost: "Lost" },
    legend: { covered: "covered", gap: "gap that a device can close", lost: "lost" },
    covered: "Nothing: it could be restored today",
    gap: (who: readonly string[]) =>
      who.length === 0 ? "Nobody can close it" : `${words.list(who)} can close it, by coming online`,
    closer: (name: string, seen: string | undefined) => (seen ? `${name} (last seen ${seen})` : name),
    withheld: "Fetch it again: the server did not hand out what was given",
    lost: (who: readonly string[]) =>
      who.length === 0 ? "Nobody has it any more" : `Only ${words.list(who)} could bring it back`,
    keeper: (name: string, can: "reclaim" | "read") =>
      can === "reclaim" ? `the removed ${name}` : `the removed ${name}, for reading,`,
    stretch: (since: string, until: string | undefined) => `${since} – ${until ?? "today"}`,
  },

  report: {
    lead: "Whose data could be restored today, from when, and what to do about the rest. Each claim is proved by opening it on this device. To restore somebody, check, and choose the name.",
    run: (count: number) => (count > 0 ? `Check ${plural(count, "person", "people")}` : "Check everybody"),
    again: "Check again",
    cancel: "Cancel",
    make: (count: number) => `Make up ${count.toLocaleString(LOCALE)} people`,
    making: (made: number, wanted: number) =>
      `Making people up: ${made.toLocaleString(LOCALE)} of ${wanted.toLocaleString(LOCALE)}`,
    notYet: "Enable escrow first: there is nothing to check before.",
    progress: (done: number, all: number) =>
      `${done.toLocaleString(LOCALE)} of ${all.toLocaleString(LOCALE)} people checked`,
    cancelled: (done: number, all: number) =>
      `Cancelled after ${done.toLocaleString(LOCALE)} of ${all.toLocaleString(LOCALE)} people`,
    finished: (all: number, seconds: number) =>
      `${plural(all, "person", "people")} checked in ${seconds === 0 ? "less than a second" : plural(seconds, "second", "seconds")}`,
    people: "People",
    filter: "Show",
    filters: {
      all: "All",
      covered: "Covered",
      partly: "Partly",
      behind: "Behind",
      pending: "Not acknowledged",
      removed: "Removed",
      lost: "With losses",
      error: "Not checked",
    },
    search: "Find a name",
    pages: "Pages",
    previous: "Previous",
    next: "Next",
    shown: (from: number, to: number, all: number) =>
      all === 0
        ? "Nobody"
        : `${from.toLocaleString(LOCALE)} to ${to.toLocaleString(LOCALE)} of ${all.toLocaleString(LOCALE)}`,
    columns: ["Name", "Escrow", "Unbroken since", "Over time", "What to do first"],
    noLog: {
      NOT_PERMITTED: "Has set up no device yet",
      REPLACED: "Look at it: the account was replaced by another one",
      FORKED: "Alarm: the server shows two histories of this account",
      ROLLED_BACK: "Alarm: the newest changes of this account are missing",
    } as Readonly<Record<string, string>>,
    unchecked: "Could not be checked. Try again",
    alarm: "Alarm",
    summary: (covered: number, gaps: number, lost: number) =>
      [
        plural(covered, "covered stretch", "covered stretches"),
        plural(gaps, "gap", "gaps"),
        plural(lost, "loss", "losses"),
      ].join(", "),
    todos: {
      "todo-acknowledge": () => "Ask to acknowledge escrow",
      "todo-escrow-removed": () => "Find out why escrow was removed",
      "todo-give": (todo) =>
        todo
          ? `Get ${nameOf(todo.closer.name)} online${todo.closer.lastSeen ? `, last seen ${shortDate(todo.closer.lastSeen)}` : ""}`
          : "",
      "todo-renew": () => "Nothing: it is renewed when a device comes online",
      "todo-rotation": () => "Nothing: the keys change when a device comes online",
    } as Readonly<Record<string, (todo?: { closer: { name: MemberName; lastSeen: Date | undefined } }) => string>>,
    nothing: "Nothing",
    onlyLost: "Find the removed device",
    totals: {
      covered: "Fully covered",
      closable: "Gaps that a device can close",
      lost: "People with losses",
      stale: "To be renewed",
    },
    of: (count: number, all: number) => `${count.toLocaleString(LOCALE)} of ${all.toLocaleString(LOCALE)}`,
    csv: (count: number) => `Save ${plural(count, "row", "rows")} as CSV`,
    file: (date: Date) => `escrow-coverage-${date.toISOString().slice(0, 10)}.csv`,
  },
  person: {
    back: "All people",
    recover: "Recover",
    discover: "Open data",
    coverage: "What could be restored today",
    devices: "Devices and backup keys",
    recoveries: "Recoveries",
    recovery: (when: string, reason: string | undefined, number: string | undefined) =>
      [when, reason, number && `case ${number}`].filter(Boolean).join(" · "),
    notBelieved: "Nobody should believe it: no administrator recorded it, or it was disowned. Ask who it was.",
    seen: (when: string) => `last seen ${when}`,
    replaced: {
      title: (name: string) => `The account of ${name} was replaced by another one`,
      unknown: (name: string) =>
        `The portal knows of no such wish of ${name}. Somebody may show you another account: do nothing in it, and ask ${name} in person. The evidence is kept on this device.`,
      began: (name: string, when: string) => `The portal let ${name} begin anew, ${when}: everything was lost.`,
      go: "Go on with the new account…",
      confirm: (name: string) => `Go on with the new account of ${name}?`,
      points: (name: string) => [
        `Ask ${name} in person first. Whatever account the server shows next is believed.`,
        `This device forgets the old account. A recovery of ${name} that is under way is given up.`,
        `${name} acknowledges escrow again. Until then nothing of the new account could be restored.`,
      ],
      forget: (name: string) => `${name} confirmed it: go on`,
    },
    doing: {
      recording: "The recovery is being recorded",
      recover: "The recovery is being done",
      renew: "Escrow is being renewed",
    },
    says: {
      covered: "Everything could be restored.",
      partly: "The newest data could be restored. There are gaps before it.",
      behind: "The newest data could not be restored today.",
      pending: "Nothing could be restored: this person has not acknowledged escrow yet.",
      removed: "Escrow was acknowledged once, and was removed. Find out why.",
    },
  },
  reason: {
    hint: "Needed. It is sealed to the administrators' devices, for those who audit.",
    case: "Case or ticket, if there is one",
  },
  recover: {
    title: (name: string) => `Recover ${name}`,
    none: "No new device waits",
    noneLead: (name: string) =>
      `${name} signs in on a new device first. It shows digits, and then you compare them here.`,
    lead: (name: string) =>
      `Make sure by your own means that it is ${name} who calls. The new device then reads everything that escrow covers.`,
    which: "Which device is the new one?",
    compare: (name: string, device: string) => `Have ${name} read out the digits that ${device} shows.`,
    read: (name: string) => `What ${name} reads out`,
    differs: (name: string) =>
      `Stop. It is another device than the one that ${name} has in hand, or the server shows one of you another list.`,
    others: "What is lost?",
    othersLead: (name: string) => `Ask ${name} about each. What stays checked is removed in the same step.`,
    removeIt: (name: string) => `Remove ${name}`,
    reason: "Reason",
    first: "The recovery is recorded first, and then done.",
    go: "Record and recover",
    doneTitle: (name: string) => `${name} is back`,
    done: (device: string) => `${device} reads everything that escrow covers. What was lost reads nothing newer.`,
  },
  discover: {
    title: (name: string) => `Open data of ${name}`,
    lead: "Choose what you need and say why. It is recorded in the signed history before anything opens; nobody can take the record back.",
    which: "Which data?",
    stretch: (since: string, until: string | undefined, epoch: number) =>
      `${since === until ? `Mail of ${since}` : `Mail from ${since} to ${until ?? "today"}`} (encryption key ${epoch})`,
    reason: "Legal ground, or reason",
    first: "The record comes first. The words in it are for administrators only.",
    go: "Record and open",
    openedTitle: (name: string) => `Data of ${name}`,
    opened: (open: number, all: number) =>
      `Recorded. ${plural(open, "item opens", "items open")} out of ${all.toLocaleString(LOCALE)}. Closing this window wipes the keys.`,
    notRecorded: "Not in the record: it stays closed.",
    call: (from: string, seconds: number) => `A voice message of ${seconds} seconds from ${from}.`,
    close: "Close and wipe the keys",
  },
  records: {
    lead: "What administrators did in escrow's name. The history is signed, and nobody can take an entry out of it.",
    none: "Nobody has been recovered, and nothing was opened.",
    where: "Somebody is recovered, and data is opened, on that person's page:",
    columns: ["When", "What", "Whose", "By", "Why"],
    which: (keys: readonly (readonly [from: number, to: number])[]) =>
      `encryption ${keys.length === 1 && keys[0]?.[0] === keys[0]?.[1] ? "key" : "keys"} ${words.list(keys.map(([from, to]) => (from === to ? String(from) : `${from} to ${to}`)))}`,
    what: { recovery: "Recovery", access: "Access" },
    status: { open: "Not done", disowned: "Disowned" },
    case: (number: string) => `case ${number}`,
    somebody: "somebody",
    unreadable: "This device cannot read it",
  },

  user: {
    title: (site: string) => `Escrow of ${site}`,
    confirm: "Your clinic offers to restore your mail if you lose every device",
    confirmLead: "It is your decision. Compare its fingerprint with the published one before you acknowledge it.",
    means: [
      "This is called escrow. Administrators can restore your account when you lost everything, and can open your mail for a legal reason. They record it when they do.",
      "Nothing is readable to them before you acknowledge it here.",
    ],
    compare: "Compare and acknowledge",
    where:
      "Take the digits from where the clinic published them: the notice at the entrance, your papers from your first day, or the clinic's page.",
    label: "What the clinic published",
    wrong: "These are not the digits of the escrow that this device was shown.",
    differs: "Do not acknowledge it. Somebody may show you a false one. Ask an administrator in person.",
    board: "The clinic's page with the fingerprint",
    acknowledge: "Acknowledge escrow",
    answer: "Answer",
    yes: "Yes",
    no: "No",
    whose: "What is yours?",
    whoseWhy: "It was done in the name of your clinic's escrow, and this device sees no record of it.",
    whoseLead:
      "Somebody approved this in the name of your clinic's escrow, and this device sees no record of it. If an administrator has just helped you, ask them first: the server may hide the record. What you do not check is removed.",
    inHand: "Check what you have in hand",
    mine: "It is mine",
    removeOthers: (names: string) => `Remove ${names}`,
    fingerprint: "Fingerprint of escrow, as this device sees it",
    fingerprintLead:
      "It changes when the administrators or their devices change, and then the clinic publishes it again. You may compare it at any time.",
    askContacts: "Lost every other device? One of these restores your mail:",
    enrolled: "Acknowledged",
    enrolledNews:
      "It is done: administrators can restore your mail if you lose every device. Devices & Activity shows it.",
    enrolledLead: "Administrators can restore your mail when you lost every device.",
    notEnrolled: "Not acknowledged",
    notEnrolledLead: "Administrators can read nothing of yours, and cannot restore it.",
    fetched: (by: string, kind: string) => `${by} opened: ${kind.toLowerCase()}. The server says it.`,
    recorded: (count: number) =>
      count === 0
        ? "Administrators have recorded no access to anybody's mail."
        : `Administrators have recorded ${plural(count, "access", "accesses")} at your site. Whose mail it was is for them to read.`,
    forbidsPapers:
      "Your clinic's administrators have forbidden backup keys: you cannot make one of your own. When every device is lost, they can bring your mail back.",
  },
  board: {
    title: "The clinic's page",
    lead: (site: string) => `What ${site} published about its escrow.`,
    heading: (organisation: string, site: string) => `${organisation}, ${site}: fingerprint of escrow`,
    digits: "The published fingerprint",
    by: (name: string, when: string) => `Published by ${name}, ${when}`,
    none: "Nothing was published yet.",
    honest:
      "In life it hangs on a wall. A dishonest server could change this page: it is here so that you can try the comparison.",
  },
} as const;
