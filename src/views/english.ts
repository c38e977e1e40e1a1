// The English catalogue: every sentence for people that the library has, except those of the recovery sheet. Texts may improve
// between versions; codes and facts stay. People read of encryption keys (epochs), changes (links), histories (logs), devices and backup
// keys (members). docs/spec.md section 8.

import { freeze } from "../bytes/frozen.js";
import { alike, plainText } from "../bytes/plain-text.js";
import { epochsIn, equalRuns, formatRuns, type Runs } from "../bytes/runs.js";
import type { AccessLink } from "../coverage/explain.js";
import type { Gap } from "../coverage/gaps.js";
import type { LostStretch } from "../coverage/loss.js";
import type { MemberName } from "../coverage/names.js";
import type { ContactChange, ContactLink, ContactMember } from "../fingerprint/change.js";
import type { LinkTypeName } from "../log/registry.js";
import type { Activity } from "./activity.js";
import { sessionTexts, sessionWords } from "./english-session.js";
import type { RemovalView } from "./removal.js";
import { type Catalogue, textOf } from "./texts.js";

// Plain literals here and below: a bundler keeps code that it cannot prove to have no effect, even for apps that only send.
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** The English texts. Dates are days in UTC, the same on every runtime and in every locale. */
export const english: Catalogue = /* @__PURE__ */ freeze<Catalogue>({
  day: (date) => `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`,
  runs: formatRuns,
  epochs: (runs) => {
    const [, second] = epochsIn(runs);
    return `${second === undefined ? "encryption key" : "encryption keys"} ${formatRuns(runs)}`;
  },
  stretch: ({ from, to, since, until }, { day, epochs }) => {
    const [first, last] = [day(since), until && day(until)];
    const days = last === undefined ? `since ${first}` : first === last ? first : `${first} to ${last}`;
    return `${epochs([[from, to]])} (${days})`;
  },
  list: (items) => [items.slice(0, -1).join(", "), ...items.slice(-1)].filter(Boolean).join(" and "),

  texts: {
    member: ({ name = "", shortId, withId }) => (withId || isReserved(name) ? `${name} (${shortId})` : name),
    unnamed: ({ kind, shortId }, { words }) => `unnamed ${words.kinds[kind ?? "device"]} (${shortId})`,
    escrow: ({ organisation, shortId, withId }) =>
      `escrow${organisation === undefined ? "" : ` of ${organisation}`}${withId ? ` (${shortId})` : ""}`,
    "this-device": () => "this device",
    operator: () => "the service",
    stranger: ({ shortId }) => `somebody unknown (${shortId})`,

    "rotation-due": () =>
      "A removed device or backup key still knows the newest encryption key: the next device that comes online makes a new one.",
    lost: ({ stretch }, c) => `Data of ${c.stretch(stretch, c)} is ${lossWords(stretch, c)}.`,
    "single-member": ({ name, stretch }, c) =>
      // No advice: people must not be sent to escrow for something that its administrators decide.
      name === undefined || name.code === "escrow"
        ? `Only the organisation's escrow holds ${c.stretch(stretch, c)}: no device or backup key does.`
        : `Only ${textOf(name, c)} holds ${c.stretch(stretch, c)}: approve another device or backup key from it, or that data goes with it.`,
    "escrow-unknown": ({ stretch }, c) => `Data of ${c.stretch(stretch, c)} may be lost: ${UNKNOWN}.`,
    "declared-missing": ({ stretch }, c) =>
      `${textOf(stretch.name, c)} was given ${c.stretch(stretch, c)} and could not open it: ${advice(stretch, c)}.`,
    "withheld-from-escrow": ({ stretch, by }, c) =>
      `${names(by, c)} withheld ${c.stretch(stretch, c)} from escrow, and no administrator can restore that yet: ${advice(stretch, c)}.`,
    stray: ({ name, approvedBy }, c) => {
      const by = approvedBy.length > 0 ? ` (approved by ${names(approvedBy, c)}, removed since)` : "";
      return `Nobody who is still active vouches for ${textOf(name, c)}${by}: if you do not know it, remove it.`;
    },
    "used-backup-key": ({ name, approved, when }, c) => {
      const paper = textOf(name, c);
      const others = approved.filter(({ code }) => code !== "this-device").map((each) => textOf(each, c));
      return [
        `${paper} approved ${names(approved, c)} on ${c.day(when)}, and nobody who made it is still active.`,
        `If you used it, make a new backup key and then remove ${paper}.`,
        `If you did not, remove ${c.list([paper, ...others])}.`,
      ].join(" ");
    },
    takeover: ({ name, removed }, c) => {
      const whom = c.list(removed.map(({ name, when, seq }) => `${textOf(name, c)} on ${c.day(when)} (change ${seq})`));
      return name.code === "escrow"
        ? `An administrator removed ${whom}, in escrow's name. If you did not ask for that, ask your organisation.`
        : `${textOf(name, c)} removed ${whom}. If that was not you, remove ${textOf(name, c)}.`;
    },
    "not-believed": ({ name, because }, c) => {
      const why = {
        "not-recorded": "no administrator stands by that",
        unchecked: "this device cannot check that without a trusted history of escrow",
      }[because];
      return `${textOf(name, c)} came in by an approval in escrow's name, and ${why}: if you do not know it, remove it.`;
    },
    superseded: () =>
      "Another copy of this device took fresh keys: this one reads what it has, and gets nothing new until it joins again.",
    "no-backup-key": () => "There is no backup key: when every device is lost, so is the data.",
    "limited-access": ({ stretch }, c) => `This device lacks ${c.stretch(stretch, c)}: ${advice(stretch, c)}.`,
    "reaches-further": ({ me, name, here, there, isEarlier, adds }, c) =>
      isEarlier
        ? `Approving from ${textOf(me, c)} will only reach back to ${c.day(here)}; ${textOf(name, c)} reaches back to ${c.day(there)}.`
        : `Approving from ${textOf(me, c)} leaves out ${adds.map((each) => c.stretch(each, c)).join(" and ")}; ${textOf(name, c)} has that.`,
    "lets-in-others": ({ name, others }, c) => lettingIn(name, others, c),
    "removed-by-other": ({ name, removed, when, seq }, c) =>
      `On ${c.day(when)} ${textOf(name, c)} removed ${names(removed, c)} (change ${seq}).`,
    "ahead-of-clock": (facts, c) => aheadOfClock(facts, c),

    "approve-from": ({ name, target }, c) =>
      `approve ${textOf(target, c)} ${name.kind === "backup" ? "with the backup key" : "from"} ${textOf(name, c)}`,
    "grant-again": ({ name }, c) => `let ${textOf(name, c)} give it again`,
    "gap-of-escrow": () => "a device gives it to escrow by itself, once it has a trusted history of escrow",
    "gap-closer": ({ closer, epochs, whole }, c) => `${textOf(closer, c)}${whole ? "" : ` for ${c.epochs(epochs)}`}`,
    "gap-lost": ({ stretch, whole }, c) =>
      whole ? lossWords(stretch, c) : `${c.stretch(stretch, c)}: ${lossWords(stretch, c)}`,
    "gap-only-escrow": ({ stretch }, c) => `${c.stretch(stretch, c)}: only escrow holds it`,
    "gap-unknown": ({ stretch }, c) => `${c.stretch(stretch, c)}: ${UNKNOWN}`,

    "activity-genesis": (link, c) => deed(link, "started the list of devices", c),
    "activity-join": (link, c) => deed(link, "joined", c),
    "activity-rekey": (link, c) => deed(link, "took fresh keys", c),
    "activity-leave": (link, c) => deed(link, "left", c),
    "activity-access": (link, c) => deed(link, "recorded an access to a user's data", c),
    "activity-act": (link, c) => deed(link, "recorded an act in a user's account", c),
    "activity-enroll": (link, c) => {
      const { entered } = link;
      return deed(link, `added the ${c.words.kinds[entered.kind ?? "device"]} ${textOf(entered, c)}`, c);
    },
    "activity-review": (link, c) => deed(link, changes(link, c), c),
    "activity-expel": (link, c) => deed(link, changes(link, c), c),
    "activity-lockdown": (link, c) => {
      const also = link.removed.length > 0 ? ` and removed ${names(link.removed, c)}` : "";
      return deed(link, `switched lockdown ${link.on ? "on" : "off"}${also}`, c);
    },
    "activity-rotate": (link, c) => deed(link, `made encryption key ${link.epoch}`, c),
    "activity-regrant": (link, c) => deed(link, `gave ${c.epochs(link.epochs)} to ${names(link.to, c)}`, c),
    "activity-reclaim": (link, c) =>
      deed(link, `took over ${c.epochs(link.epochs)} of ${textOf(link.from, c)}, which was removed`, c),
    "activity-rename": (link, c) => {
      const whom = link.renamed.member === link.author ? "itself" : textOf(link.renamed, c);
      return deed(link, `renamed ${whom}`, c);
    },
    "activity-renew-escrow": (link, c) => deed(link, `renewed escrow, to its encryption key ${link.epoch}`, c),
    "activity-policy": (link, c) =>
      deed(link, `set the policy: escrow is ${link.enabled ? "enabled" : "not enabled"}`, c),
    "activity-disown": (link, c) => deed(link, disowning(link.disowned, c), c),

    removal: (removal, c) => `On ${c.day(removal.when)} ${removalWords(removal, c)} (change ${removal.seq}).`,

    "access-entered": ({ seq, member, epoch, made }, c) =>
      `change ${seq}: ${textOf(member, c)} entered, after encryption key ${epoch} was made in change ${made}`,
    "access-removed": ({ seq, member, author, by, keeps }, c) => {
      const how = member.member === author ? "left" : `was removed by ${textOf(by, c)}`;
      const kept = keeps ? "; what it was given before, nobody can take back" : "";
      return `change ${seq}: ${textOf(member, c)} ${how}${kept}`;
    },
    "access-missing": ({ seq, member, epoch }, c) =>
      `change ${seq}: ${textOf(member, c)} declared encryption key ${epoch} missing: it did not open`,
    "access-made": ({ seq, by, member, epoch, because }, c) => {
      const who = textOf(member, c);
      const why = {
        "before-entering": `before ${who} entered`,
        "after-removal": `for those who stayed when ${who} was removed`,
        withheld: `withheld from ${who}`,
        lockdown: `in lockdown, when ${who} was not confirmed`,
      }[because];
      return `change ${seq}: ${textOf(by, c)} made encryption key ${epoch}, ${why}`;
    },
    "access-granted": (link, c) => `change ${link.seq}: ${granted(link, c)}`,
    "access-foreign": (link, c) => `change ${link.seq}: ${granted(link, c)}, with keys that are not the organisation's`,

    "wrong-grant": ({ by, to, grant }, c) =>
      `In change ${grant.seq} ${textOf(by, c)} gave ${textOf(to, c)} something else than ${c.epochs(grant.epochs)}.`,

    "contact-same": ({ subject }) => `${printable(subject)}: nothing has changed.`,
    "contact-extended": (change, c) =>
      sentences(
        `${printable(change.subject)}: ${counted(change.links.length, "change")}, all by devices you trusted before`,
        ...comings(change, c),
      ),
    "contact-extended-by-others": (change, c) => {
      const who = printable(change.subject);
      const others = change.links.filter(({ trusted }) => !trusted);
      const strangers = change.added.filter(({ trusted }) => !trusted);
      return sentences(
        `${who}: ${counted(others.length, "change")} not by the devices you trusted: ${listed(others.map((link) => linkWords(link, c)))}`,
        strangers.length > 0
          ? `Approved by none of them: ${listed(namesIn(strangers, c))}`
          : "Nobody was added without their approval",
        ...comings(change, c),
        `Compare fingerprints with ${who} before you send anything`,
      );
    },
    "contact-forked": ({ subject }) =>
      `${printable(subject)}: ALARM. Two different histories of one account were shown, which no honest server does. Send nothing, keep ` +
      `the evidence, and reach ${printable(subject)} in another way.`,
    "contact-rolled-back": ({ subject }) =>
      `${printable(subject)}: ALARM. The history ends before a point that was seen earlier: its newest changes, removals perhaps, are ` +
      "withheld. Send nothing, and try again over another connection.",
    "contact-replaced": ({ subject }) => {
      const who = printable(subject);
      return (
        `${who}: ALARM. Another history is offered. Either ${who} lost everything and started over, or somebody has taken ` +
        `the place of ${who}. Send nothing before you have asked in another way and compared fingerprints.`
      );
    },

    "comparison-match": ({ name, letsIn }, c) =>
      [`It is ${textOf(name, c)}.`, ...(letsIn.length > 0 ? [lettingIn(name, letsIn, c)] : [])].join(" "),
    "comparison-log-match": () => "Both sides see the same history.",
    "comparison-other-device": ({ name }, c) =>
      `It is of another device, ${textOf(name, c)}: choose that one, and remove what you do not know.`,
    "comparison-names-device": ({ name }, c) =>
      `It is of one device, ${textOf(name, c)}, and not of the whole history.`,
    "comparison-names-no-device": () => "It is of the whole history: let the device show its own.",
    "comparison-older": () => "The other side is behind: refresh it, and compare again.",
    "comparison-not-recognised": () => `Refresh both sides, and compare again. If that does not help, ${LYING}`,
    "comparison-mismatch": () => `No match: ${LYING}`,
    "comparison-other-log": () => `It is of another history. If it was meant to be of this one, ${LYING}`,

    "question-standing": ({ standing }) =>
      `${standing === "removed" ? "This device was removed" : "Another copy of this device took fresh keys"}: keep reading, ` +
      "join again as a new device, or erase its keys?",
    "question-confirm-escrow": ({ because }) =>
      because === "contradicts-pointer"
        ? "Somebody lies about your organisation's escrow: compare its fingerprint with an administrator in person."
        : "Compare the fingerprint of escrow with what your organisation published.",
    "question-whose-members": ({ names: whose }, c) =>
      `No administrator stands by how ${names(whose, c)} came in: say what is yours.`,
    "question-remove-escrow": ({ name, because }, c) => {
      const why = {
        disabled: "was switched off by the organisation",
        "other-log": "belongs to another organisation",
        ahead: "cannot be checked",
      }[because];
      return `Remove ${textOf(name, c)}? It ${why}.`;
    },
    "question-enroll-again": ({ when }, c) => `Escrow was removed on ${c.day(when)}: add it again?`,
    "question-regrant": ({ name, epochs }, c) =>
      `${textOf(name, c)} asks for ${c.epochs(epochs)} again, as a stolen device could: give it that data?`,
    "question-disown": ({ acts }, c) =>
      `What ${acts.length === 1 ? "change" : "changes"} ${c.list(acts.map(String))} announced was not shown: disown it without reading?`,
    "question-clock": (facts, c) => aheadOfClock(facts, c),

    ...sessionTexts,

    "evidence-forked": () =>
      "There is another valid history than the pinned one. A server showed different histories, or one device or backup key signed " +
      "both; a change that lost a race makes one too.",
    "evidence-replaced": () =>
      "There is another valid history, with another beginning. That it was served in place of the pinned one rests on the word of the side that pinned it.",
    "evidence-rolled-back": () =>
      "A shorter history is valid. That it was served after the pinned one rests on the word of the side that pinned it.",
    "evidence-equivocated": () =>
      "The service signed two statements about one account that contradict each other: it showed two histories, or took back " +
      "changes. " +
      "Replicas that lag behind, a clock that was set back, a restored backup, or a stolen statement key explain it too.",
    "evidence-unjudged": () =>
      "A side has a change of a version that this library does not know. A newer library tells whether that side is valid; that it was " +
      "served rests on the word of the side that pinned the other.",

    "todo-acknowledge": () => "ask the user to acknowledge escrow on any device",
    "todo-escrow-removed": () => "escrow was removed: find out why, and ask the user to acknowledge it again",
    "todo-rotation": () => "rotation is due: any of the user's devices does it when it is online",
    "todo-pointer-false": () =>
      "alarm: the user's data goes to a key that this escrow does not have; let a device renew escrow",
    "todo-pointer-ahead": () =>
      "alarm: the user's account names a newer key of escrow than this history of escrow has; load the newest, or let a device renew escrow",
    "todo-pointer-other-log": () => "alarm: escrow stands for another organisation",
    "todo-give": ({ closer }, c) => `let ${textOf(closer.name, c)} give escrow ${c.epochs(closer.epochs)}`,
    "todo-fetch": ({ stretches }, c) =>
      `fetch the user's attachments again: ${stretches.map((each) => c.stretch(each, c)).join("; ")} was given and not delivered`,
    "todo-renew": ({ because }) =>
      ({
        older: "renew escrow: the user's data goes to an old key of escrow",
        "known-to-former-admin": "renew: a former admin made the current encryption key in escrow's name, and knows it",
        founder: "let a confirmed device renew escrow: an unconfirmed one chose its key",
      })[because],
    "todo-not-believed": ({ act }, { words }) =>
      `alarm: change ${act.seq} acted for escrow, and is not to be believed (${words.acts[act.because]})`,
    "todo-unfinished": ({ act }) =>
      `change ${act.recordedAt} of escrow announced an act that was not done (${plainText(act.reason)}): do it, or disown it`,

    "coverage-title": ({ subject, epoch, seq, lockdown, at }, c) =>
      `Coverage of ${subject}: encryption key ${epoch}, change ${seq}${lockdown ? ", in lockdown" : ""}${at ? `, as of ${c.day(at)}` : ""}`,
    "coverage-lost": ({ stretch }, c) => `${c.stretch(stretch, c)}: ${lossWords(stretch, c)}`,
    "coverage-unknown": ({ stretch }, c) => `${c.stretch(stretch, c)}: ${UNKNOWN}`,
    "coverage-gap": ({ gap }, c) => `${textOf(gap.name, c)} lacks ${c.stretch(gap, c)}: ${advice(gap, c)}`,

    "report-user": ({ subject, status, since, proven }, c) => {
      const from = since ? `, everything since ${c.day(since)}${proven ? " (proven)" : ""}` : "";
      return `${plainText(subject)}: ${c.words.statuses[status]}${from}`;
    },
    "report-gap": ({ stretch, closer }, c) => {
      const seen = closer?.lastSeen ? ` (last seen ${c.day(closer.lastSeen)})` : "";
      return `lacks ${c.stretch(stretch, c)}${closer ? `: ${textOf(closer.name, c)}${seen} can give it` : ""}`;
    },
    "report-not-delivered": ({ stretch }, c) => `not delivered: ${c.stretch(stretch, c)}: fetch it again`,
    "report-kept-from-escrow": ({ stretch }, c) => `kept from escrow by a device: ${c.stretch(stretch, c)}`,
    "report-lost": ({ stretch }, c) => `lost for good: ${c.stretch(stretch, c)}`,
    "report-recovery": ({ act }, c) => `restored by escrow: ${textOf({ code: "report-recovery-cell", act }, c)}`,
    "report-recovery-cell": ({ act }, c) => {
      const verdict = act.believed ? [] : [`not believed (${c.words.acts[act.because]})`];
      return [c.day(act.when), ...verdict, ...wordsOf(act.case, act.reason)].join(", ");
    },
    "report-unfinished": ({ act }, c) =>
      `announced, and not done: ${textOf({ code: "report-unfinished-cell", act }, c)}`,
    "report-unfinished-cell": ({ act }, c) =>
      [c.day(act.when), c.words.unfinished[act.status], ...wordsOf(act.case, act.reason)].join(", "),
    "totals-users": ({ users, statuses }, { words }) =>
      `${counted(users, "user")}: ${statuses.map(([status, count]) => `${count} ${words.statuses[status]}`).join(", ") || "none"}`,
    "totals-epochs": ({ closable, withLoss, stale }) =>
      `to bring under escrow: ${counted(closable, "encryption key")}; with data lost: ${counted(withLoss, "user")}; escrow's key not the newest: ${counted(stale, "user")}`,
    "totals-todo": () => "To do, what closes the most first:",
    "totals-todo-line": ({ todo }, c) =>
      `${plainText(todo.subject)}: ${textOf(todo, c)}${todo.closes > 0 ? ` (${counted(todo.closes, "encryption key")})` : ""}`,
    "totals-more": ({ more }) => `… and ${more} more`,

    "correction-wrong": ({ group, place, read, meant }) =>
      `Character ${place} of group ${group} was read as ${read}, it is ${meant}.`,
    "correction-unreadable": ({ group, place, meant }) =>
      `Character ${place} of group ${group} could not be read, it is ${meant}.`,
    "correction-missing": ({ group, place, meant }) =>
      `Character ${place} of group ${group} was missing, it is ${meant}.`,
    "correction-extra": ({ group, place, read, atEnd }) =>
      `An extra ${read} ${atEnd ? "at the end" : `before character ${place} of group ${group}`} was left out.`,
    "correction-swapped": ({ group, place, read, meant }) =>
      `Character ${place} of group ${group} and the one after it were swapped: read as ${read}, they are ${meant}.`,
  },

  words: {
    kinds: { device: "device", backup: "backup key", escrow: "escrow" },
    statuses: /* @__PURE__ */ same("covered", "partly", "behind", "pending", "removed"),
    pointers: {
      .../* @__PURE__ */ same("newest", "older", "ahead", "false", "none"),
      "other-log": "another organisation's",
    },
    renewals: {
      older: "older key",
      "known-to-former-admin": "known to a former admin",
      founder: "set by an unconfirmed device",
    },
    acts: {
      recorded: "recorded",
      "admin-now": "by a present administrator",
      "other-log": "for another organisation",
      "not-recorded": "not recorded",
      disowned: "disowned",
      "beyond-log": "recorded later than this history of escrow goes",
      "no-admin-now": "by no present administrator",
    },
    unfinished: /* @__PURE__ */ same("open", "unused", "disowned"),
    access: { unknown: "unknown", "not-now": "not now" },
    answers: /* @__PURE__ */ same("yes", "no"),
    coverageColumns: {
      member: "Name",
      kind: "Kind",
      since: "Reads since",
      holds: "Holds",
      "may-have-read": "May have read",
      proven: "Proven",
      claimed: "Only claimed",
      wrong: "Wrong",
    },
    coverageSections: {
      lost: "Lost",
      unknown: "Unknown",
      gaps: "Gaps",
      "wrong-grants": "Given wrongly",
      warnings: "To look at",
    },
    reportColumns: {
      user: "user",
      status: "status",
      "covered-since": "covered since",
      "claimed-epochs": "claimed encryption keys",
      "proven-epochs": "proven encryption keys",
      gaps: "gaps",
      "closed-by": "closed by",
      "not-delivered": "not delivered",
      "kept-from-escrow": "kept from escrow",
      lost: "lost",
      pointer: "key of escrow",
      "renewal-due": "renewal due",
      "rotation-due": "rotation due",
      "escrow-removals": "escrow removals",
      recoveries: "recoveries",
      "acts-without-a-review": "acts without a review",
      "disowned-acts": "disowned acts",
      "own-backup-keys": "own backup keys",
    },
    ...sessionWords,
  },
});

/** Words that are said as they are. */
function same<W extends string>(...words: readonly W[]): Readonly<Record<W, string>> {
  const said = {} as Record<W, string>;
  for (const word of words) said[word] = word;
  return said;
}

const UNKNOWN =
  "no device or backup key holds it, and whether escrow does is unknown without a trusted history of escrow";

const LYING = "somebody shows you different histories: trust nothing new.";

/** Names that read like this catalogue's own words: a thief's device must not pass for the service or for escrow. */
function isReserved(name: string): boolean {
  return /^(the service|this device|escrow|somebody unknown|unnamed)\b/.test(alike(name));
}

function names(members: readonly MemberName[], c: Catalogue): string {
  return c.list(members.map((each) => textOf(each, c)));
}

function lettingIn(name: MemberName, others: readonly MemberName[], c: Catalogue): string {
  return `Approving ${textOf(name, c)} also lets in ${names(others, c)}: what you do not know, remove first.`;
}

function aheadOfClock({ when }: { readonly when: Date }, { day }: Catalogue): string {
  return `The newest change is dated ${day(when)}, ahead of this device's clock: check the clock.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function advice(gap: Gap, c: Catalogue): string {
  return gap.advice.map((step) => textOf(step, c)).join("; ");
}

/** `permanently lost, nobody active holds it`, or who could bring it back. */
function lossWords({ from, to, keepers }: LostStretch, c: Catalogue): string {
  if (keepers.length === 0) return "permanently lost, nobody active holds it";
  const whole: Runs = [[from, to]];
  const who = keepers.map(({ name, epochs }) => {
    return equalRuns(epochs, whole) ? textOf(name, c) : `${textOf(name, c)} (${c.epochs(epochs)})`;
  });
  const could = keepers[0]?.can === "reclaim" ? "could bring it back" : "can only read it";
  return `lost, nobody active holds it; ${c.list(who)}, removed since, ${could}`;
}

/** A line of activity: what was done, with what else the link says. */
function deed({ by, gave, missing, withheldFromEscrow }: Activity, what: string, c: Catalogue): string {
  return [
    `${by.code === "operator" ? "The service" : textOf(by, c)} ${what}`,
    // ESC-11: escrow names what it gives.
    ...(gave ? [gave.length > 0 ? `gave ${c.epochs(gave)}` : "gave nothing older"] : []),
    ...(missing.length > 0 ? [`could not open ${c.epochs(missing)}`] : []),
    ...(withheldFromEscrow === undefined ? [] : [`withheld encryption key ${withheldFromEscrow} from escrow`]),
  ].join(", and ");
}

function changes(
  { approved, removed, disowned }: Extract<Activity, { code: "activity-review" | "activity-expel" }>,
  c: Catalogue,
): string {
  const parts = [
    ...(approved.length > 0 ? [`approved ${names(approved, c)}`] : []),
    ...(removed.length > 0 ? [`removed ${names(removed, c)}`] : []),
  ];
  return [parts.join(" and "), ...(disowned.length > 0 ? [disowning(disowned, c)] : [])].join(", and ");
}

function disowning(positions: readonly number[], c: Catalogue): string {
  const isOne = positions.length === 1;
  return `disowned ${isOne ? "the act of change" : "the acts of changes"} ${c.list(positions.map(String))}`;
}

function removalWords({ removerWas, name }: RemovalView, c: Catalogue): string {
  const who = textOf(name, c);
  return {
    founding: `${who}, of the first device's class, removed it`,
    confirmed: `${who}, confirmed at that time, removed it`,
    unconfirmed: `${who}, which no confirmed device had approved, removed it`,
    escrow: "an administrator of the organisation removed it, in escrow's name",
    operator: "the service removed it",
    itself: "it left",
  }[removerWas];
}

function granted(link: Extract<AccessLink, { code: "access-granted" | "access-foreign" }>, c: Catalogue): string {
  const { member, by, epoch, how, from } = link;
  const [who, whom] = [textOf(by, c), textOf(member, c)];
  return {
    made: `${who} made encryption key ${epoch}${by.member === member.member ? "" : `, also for ${whom}`}`,
    enroll: `${who} added ${whom} with encryption key ${epoch}`,
    regrant: `${who} gave encryption key ${epoch} to ${whom}`,
    reclaim: `${whom} took over encryption key ${epoch} of ${from && textOf(from, c)}, which was removed`,
    rekey: `${whom} gave encryption key ${epoch} to its own fresh key`,
    approve: `${who} approved ${whom} and so gave it encryption key ${epoch}`,
  }[how];
}

function comings({ added, removed, trustedStillActive }: ContactChange, c: Catalogue): readonly string[] {
  return [
    ...(added.length > 0 ? [`Added: ${listed(namesIn(added, c))}`] : []),
    ...(removed.length > 0 ? [`Removed: ${listed(namesIn(removed, c))}`] : []),
    ...(trustedStillActive ? [] : ["None of the devices you trusted is left"]),
  ];
}

/** What a contact's device did, by type of link. */
const DEEDS: Readonly<Record<string, string>> = {
  genesis: "start",
  join: "new device",
  enroll: "new backup key or escrow",
  review: "approval or removal",
  rotate: "new encryption key",
  regrant: "older data given",
  rekey: "fresh keys",
  reclaim: "older data taken over",
  leave: "leaving",
  expel: "removal",
  rename: "new name",
  lockdown: "lockdown on or off",
  "renew-escrow": "escrow renewed",
} satisfies Readonly<Record<Exclude<LinkTypeName, "policy" | "act" | "access" | "disown">, string>>;

function linkWords({ type, by, seq }: ContactLink, c: Catalogue): string {
  return `${DEEDS[type] ?? type} by ${quoted(by, c)} (change ${seq})`;
}

function namesIn(members: readonly ContactMember[], c: Catalogue): readonly string[] {
  return members.map(({ name }) => quoted(name, c));
}

/** The reader does not know a contact's devices: a name in quotes cannot pass for a part of the sentence. */
function quoted(name: MemberName, c: Catalogue): string {
  return name.code === "member" ? `"${printable(textOf(name, c))}"` : textOf(name, c);
}

/** Without quotes, line breaks or direction changes, which could forge a text: a thief's device chooses its name. */
function printable(text: string): string {
  return text.replace(/"|(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
}

const MAX_LISTED = 5;

function listed(items: readonly string[]): string {
  const more = items.length - MAX_LISTED;
  return items.slice(0, MAX_LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function sentences(...parts: readonly string[]): string {
  return `${parts.join(". ")}.`;
}

/** Words of an admin. */
function wordsOf(...words: readonly (string | undefined)[]): readonly string[] {
  return words.flatMap((each) => (each ? [plainText(each)] : []));
}
