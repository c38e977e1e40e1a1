// Organisations and their users for tests of escrow: worlds of escrow logs, and the steps of users' logs in which escrow takes
// part (docs/spec.md section 11).

import { expect, vi } from "vitest";
import { agenda } from "../../src/agenda/agenda.js";
import type { Knowledge } from "../../src/agenda/facts.js";
import { performStep } from "../../src/agenda/perform.js";
import type { AskStep, Step } from "../../src/agenda/steps.js";
import { openingOf } from "../../src/authoring/device-description.js";
import { writeLink } from "../../src/authoring/write-link.js";
import { concat } from "../../src/bytes/bytes.js";
import type { MemberId } from "../../src/bytes/ids.js";
import type { Runs } from "../../src/bytes/runs.js";
import { Secret } from "../../src/bytes/secret.js";
import type { RecordedAct } from "../../src/escrow/act.js";
import { organisationReport, type ReportedUser, type ReportOptions } from "../../src/escrow/organisation-report.js";
import type { RecordRecoveryOptions, RecoverUserOptions } from "../../src/escrow/recover.js";
import type { UserCoverage } from "../../src/escrow/user-coverage.js";
import type { MemberState } from "../../src/grants/member-state.js";
import { epochSigningSeed } from "../../src/keys/epoch-keys.js";
import { epochSeed, partsOf } from "../../src/keys/keyring.js";
import { ORIGIN } from "../../src/log/advance.js";
import { foundersOf } from "../../src/log/approvals.js";
import { attachmentDigest, decodeLink } from "../../src/log/entry.js";
import type { Pointer, Policy, Role } from "../../src/log/fields.js";
import { escrowMember, type Head, type LogFacts, type Member } from "../../src/log/state.js";
import { verifyLink } from "../../src/log/verify-link.js";
import type { Env } from "../../src/primitives/env.js";
import { labelledHash } from "../../src/primitives/hash.js";
import { hpkeSeal } from "../../src/primitives/hpke.js";
import { KEM_COINS_LENGTH } from "../../src/primitives/kem.js";
import { labelPrefix } from "../../src/primitives/label.js";
import * as LABELS from "../../src/primitives/labels.js";
import { signingPublicKey, signLabelled } from "../../src/primitives/sign.js";
import { doubtedMembers } from "../../src/trust/doubt.js";
import { pointerTo } from "../../src/trust/pointer.js";
import {
  type Authored,
  accepted,
  createBackupKey,
  createEscrowLog,
  enrollEscrow,
  joinLog,
  type Lists,
  recordRecovery,
  recover,
  regrant,
  renewEscrow,
  renewEscrowForUser,
  review,
  rotate,
  setPolicy,
} from "../support/accepted.js";
import { all } from "../support/all.js";
import { boxIndex, type RawSigner, rawNext, withAttachment } from "../support/raw-link.js";
import { snapshot } from "../support/refusal.js";
import { seededEnv } from "../support/seeded-env.js";
import { OPERATOR, openWorld, World, type WorldOptions } from "../support/world.js";

/** The subject of every organisation's escrow log. */
export const ORGANISATION = "escrow@example.org";

const START = 1_600_000_000_000;

/** An escrow log as its first admin, Ann, opens it: not ready. */
export function openEscrow(seed: string, options: { readonly operator?: boolean } = {}): World {
  const operator = options.operator ? OPERATOR.signingKey : undefined;
  const contacts = { escrowContacts: ["Ann, room 1"], userContacts: ["help desk"] };
  const made = createEscrowLog(
    { subject: ORGANISATION, device: { name: "Ann" }, operator, ...contacts },
    seededEnv(seed, START),
  );
  return new World(seed, made.log, new Map([["Ann", made]]), [made.entry]);
}

/** A ready escrow log: Ann with `manage`, a backup key with `manage`, enabled. */
export function openOrganisation(seed: string, options: { readonly operator?: boolean } = {}): World {
  return policyBy(paper(openEscrow(seed, options), ["manage"]), "Ann", { enabled: true });
}

/** A member of an escrow log makes a backup key. */
export function paper(escrow: World, roles: readonly Role[] = [], by = "Ann"): World {
  return escrow.act(by, `makes a paper ${roles}`, (session, env) => createBackupKey(session, { roles }, env));
}

export function policyBy(escrow: World, by: string, change: Partial<Policy>, operator?: typeof OPERATOR): World {
  return escrow.act(by, `policy ${JSON.stringify(change)}`, (session, env) =>
    setPolicy(session, change, env, operator),
  );
}

/** A new admin's device joins, and Ann gives it roles. */
export function hire(escrow: World, name: string, roles: readonly Role[], by = "Ann"): World {
  const joined = escrow.join(name);
  const id = joined.id(name);
  return joined.act(by, `lets ${name} in`, (session, env) =>
    review(session, { approve: [id], roles: { [id]: roles } }, env),
  );
}

/** An admin is removed, which makes the next escrow epoch. */
export function dismiss(escrow: World, name: string): World {
  return escrow.review("Ann", { remove: [name] });
}

/** An admin makes the next escrow epoch, and its grant to another admin is junk. */
export function grantedJunk(escrow: World, victim: string, by: string): World {
  const rotated = escrow.rotate(by);
  const index = boxIndex(rotated.record, escrow.id(victim));
  return escrow.append(withAttachment(rotated.last, index, new Uint8Array(1168), [escrow.signer(by)]));
}

/** A rotation by a dishonest device, whose box for a member is noise. */
export function junkFor(user: World, victim: MemberId, by = "Thief"): World {
  const rotated = user.act(by, "rotates with junk", rotate);
  const noise = seededEnv(`noise ${user.log.head.hash}`).random(1168);
  return user.append(withAttachment(rotated.last, boxIndex(rotated.record, victim), noise, [user.signer(by)]));
}

/** The rows of an organisation's report. */
export function report(
  organisation: World,
  users: readonly ReportedUser[],
  options: ReportOptions = {},
): Promise<readonly UserCoverage[]> {
  return all(organisationReport(organisation.log, users, options));
}

/** The one row of a report about one user. */
export async function rowAbout(
  organisation: World,
  user: ReportedUser,
  options: ReportOptions = {},
): Promise<UserCoverage> {
  const rows = await report(organisation, [user], options);
  expect(rows).toHaveLength(1);
  return rows[0] as UserCoverage;
}

/** A user's device enrolls the organisation's escrow. */
export function enroll(user: World, by: string, escrow: World): World {
  return user.act(by, "enrolls escrow", (session, env) => enrollEscrow(session, escrow.log, escrow.log.head, env));
}

/** A user's device points escrow at the newest epoch of its log. */
export function renew(user: World, by: string, escrow: World): World {
  return user.act(by, `renews escrow to ${escrow.log.head.hash}`, (session, env) =>
    renewEscrow(session, escrow.log, env),
  );
}

/** A user of an organisation: `Laptop` opens a log and enrolls escrow. */
export function openUser(seed: string, escrow: World, options: WorldOptions = {}): World {
  return enroll(openWorld(seed, options), options.first ?? "Laptop", escrow);
}

/** Members to approve and remove by name; `Escrow` among them is the escrow member. */
interface Review {
  readonly approve?: readonly string[];
  readonly remove?: readonly string[];
}

/** A user's log and the escrow log after an admin acted: the act is in the escrow log, the review in the user's log. */
export interface Restored {
  readonly user: World;
  readonly escrow: World;
  readonly act: RecordedAct;
}

/** An admin records what it will do in a user's log. By default all of the user's devices are the user's. */
export function announce(
  escrow: World,
  admin: string,
  user: World,
  { approve = [], remove = [] }: Review,
  options: Partial<Lists<RecordRecoveryOptions>> = {},
): { readonly escrow: World; readonly act: RecordedAct } {
  const lists = { approve: user.ids(...approve), remove: user.ids(...remove), usersOwn: [...user.log.active.keys()] };
  const given = { userLog: user.log, ...lists, reason: "lost everything", case: "7", ...options };
  const env = escrow.env(`${admin} announces ${user.log.head.hash} ${approve} ${remove}`);
  const { entry, act } = recordRecovery(escrow.session(admin), given, env);
  return { escrow: escrow.append(entry), act };
}

/** An admin makes the review that it announced. */
export function doAct(
  user: World,
  escrow: World,
  admin: string,
  act: RecordedAct,
  options: Partial<RecoverUserOptions> = {},
): World {
  const { log, entries } = user;
  const given = { act, userLog: log, entries, usersOwn: [...log.active.keys()], ...options };
  return user.append(recover(escrow.session(admin), given, user.env(`${admin} does ${act.recordedAt}`)).entry);
}

/** An admin's device records a review in escrow's name, and then makes it. */
export function restore(user: World, escrow: World, admin: string, review: Review): Restored {
  const announced = announce(escrow, admin, user, review, { entries: user.entries });
  return { ...announced, user: doAct(user, announced.escrow, admin, announced.act) };
}

/** The user's log after {@link restore}. */
export function recoverBy(user: World, escrow: World, admin: string, review: Review): World {
  return restore(user, escrow, admin, review).user;
}

/** An admin's device renews escrow in escrow's name. */
export function renewedBy(user: World, escrow: World, admin: string): World {
  const env = user.env(`${admin} renews`);
  return user.append(renewEscrowForUser(escrow.session(admin), { userLog: user.log }, env).entry);
}

/** A renewal in escrow's name by an admin's device, to any pointer, without a check whether it is due. */
export function renewedRaw(user: World, escrow: World, admin: string, pointer = pointerTo(escrow.log)): World {
  const signers = [epochSigner(escrow, admin, escrowOf(user).pointer?.epoch), escrow.signer(admin)] as const;
  const { seq, hash } = escrow.log.head;
  const fields = { author: signers[0].signingKey, by: { admin: signers[1].signingKey, seq, hash }, escrow: pointer };
  const draft = { before: user.log, type: "renew-escrow", fields, signers, guard: "not-a-users-device" } as const;
  return user.append(writeLink(draft, user.env(`${admin} renews to ${pointer.hash}`)).entry);
}

/** A device reviews the escrow member, besides others. */
export function reviewEscrow(user: World, by: string, what: "approve" | "remove", others: Review = {}): World {
  const lists = { approve: [...user.ids(...(others.approve ?? []))], remove: [...user.ids(...(others.remove ?? []))] };
  lists[what].push(escrowOf(user).id);
  return user.act(by, `${what}s escrow`, (session, env) => review(session, lists, env));
}

/** A device grants runs again to escrow. */
export function regrantEscrow(user: World, by: string, runs: Runs): World {
  const { id } = escrowOf(user);
  return user.act(by, "re-grants to escrow", (session, env) => regrant(session, [{ member: id, epochs: runs }], env));
}

/** A device joins and withholds its epoch from escrow. */
export function joinWithholding(user: World, name: string): World {
  const options = { device: { name }, withholdFromEscrow: true };
  const { entry, keyring } = joinLog(user.log, options, user.env(`${name} joins, withholding`));
  return user.append(entry).with(name, keyring);
}

/** A device's knowledge for its agenda: worlds stand for their heads. */
export interface Known extends Omit<Partial<Knowledge>, "escrowLog" | "confirmed"> {
  readonly confirmed?: World | undefined;
}

/** The agenda of a device whose user confirmed an escrow log, or none. Asking changes nothing. */
export function stepsOf(
  user: World,
  name: string,
  escrow: World | "unsupported" | undefined,
  { confirmed, ...known }: Known = {},
): readonly Step[] {
  const escrowLog = typeof escrow === "object" ? escrow.log : escrow;
  const before = snapshot([user.log, escrowLog]);
  const steps = agenda(user.session(name), {
    ...{ now: "unchecked" as const, escrowLog, storedConfirmation: confirmed?.log.head },
    ...known,
  });
  expect(snapshot([user.log, escrowLog])).toBe(before);
  return steps;
}

/** Steps in words, such as `author renew-escrow older`: the action, its object, and the reasons. */
export function inWords(steps: readonly Step[]): readonly string[] {
  return steps.map((step) => {
    const { do: verb, ...rest } = step as unknown as Record<string, string | readonly string[]>;
    const what = rest["link"] ?? rest["question"] ?? rest["what"];
    return [verb, what, rest["because"] ?? []].flat().join(" ");
  });
}

/** The agenda of a device, in words. */
export function owes(...given: Parameters<typeof stepsOf>): readonly string[] {
  return inWords(stepsOf(...given));
}

/**
 * A device that does all steps that it owes. Its user confirms what it asks, recognises no doubted member, and removes what it
 * may.
 */
export function dutiful(
  user: World,
  name: string,
  escrow: World,
  given: Known = {},
): { readonly user: World; readonly did: readonly string[]; readonly known: Known } {
  const did: string[] = [];
  let [world, known] = [user, given];
  for (let count = 0; count < 20; count++) {
    const steps = stepsOf(world, name, escrow, known);
    const step = steps.find((each) => each.do !== "fetch" && !(each.do === "ask" && each.question === "regrant"));
    if (!step || step.do === "fetch") return { user: world, did, known };
    did.push(...inWords([step]));
    if (step.do === "author") {
      const knowledge = {
        now: "unchecked",
        ...known,
        escrowLog: escrow.log,
        confirmed: undefined,
        storedConfirmation: known.confirmed?.log.head,
      } as const;
      world = world.act(name, `does ${did}`, (session, env) => accepted(performStep(session, step, knowledge, env)));
    } else known = { ...known, ...answerTo(step, escrow) };
  }
  return expect.unreachable(`no end of duties: ${did}`);
}

function answerTo(step: AskStep, escrow: World): Known {
  switch (step.question) {
    case "confirm-escrow":
      return { confirmed: escrow, confirmedAt: step.at };
    case "whose-members":
      return { strangers: step.members };
    case "remove-escrow":
      return { removeEscrow: step.escrow };
    case "enroll-again":
      return { enrollAgainAfter: step.removedAt };
    default:
      return expect.unreachable(`asked ${step.question}`);
  }
}

/** Members that a device doubts. By default its user confirmed this escrow log. */
export function doubted(
  { log }: World,
  { log: escrowLog }: World,
  { me, own, confirmed = escrowLog.head }: { me?: MemberId; own?: readonly MemberId[]; confirmed?: Head } = {},
): readonly MemberId[] {
  return doubtedMembers(log, { escrowLog, storedConfirmation: confirmed, own }, me);
}

/** The escrow member in force. */
export function escrowOf({ log }: Pick<World, "log">): Member {
  const member = escrowMember(log);
  return member ?? expect.unreachable("this log has no escrow member");
}

/** The keys with which an escrow epoch signs, as an admin holds them. */
export function epochSigner(escrow: World, admin: string, epoch = escrow.log.epochs.length): RawSigner {
  const seed = epochSigningSeed(epochSeed(escrow.session(admin).keyring, epoch).bytes());
  return {
    signingKey: signingPublicKey(seed.bytes()),
    signLabelled: (label, message) => signLabelled(label, seed.bytes(), message),
  };
}

/** A member points escrow anywhere, without its client's checks. */
export function pointedBy(user: World, by: string, pointer: Pointer): World {
  const renew = write("renew-escrow", { escrow: pointer });
  return user.append(renew(user.session(by), user.env(`points to ${pointer.seq}`)).entry);
}

/** An escrow log after so many links that leave its members as they are. */
export function daily(escrow: World, count: number): World {
  const days = Array.from({ length: count }, (_, day) => `day ${day}`);
  return days.reduce((log, day) => policyBy(log, "Ann", { userContacts: [day] }), escrow);
}

/** Writes an action that no function of the library offers, such as an enroll without its client's checks. */
export function write(
  type: Parameters<typeof writeLink>[0]["type"],
  fields: Readonly<Record<string, unknown>>,
  opening?: { readonly name: string },
): (session: MemberState, env: Env) => Authored {
  return ({ log, keyring }, env) => {
    const { keys } = partsOf(keyring);
    const draft = { before: log, type, fields: { author: keys.signingKey, ...fields }, keyring, signers: [keys] };
    const named = { ...draft, opening: opening && openingOf(opening, env), guard: "not-a-users-device" } as const;
    const written = writeLink(named, env);
    return { log: written.log, entry: written.entry, keyring };
  };
}

/** A record of an access by other software: any bytes, committed to and sealed like an opening. */
export function recordOf({ log }: Pick<World, "log">, admin: RawSigner, opening: Uint8Array): Uint8Array {
  const commitment = labelledHash(LABELS.accessCommitment, opening);
  const { kemKey: kem } = log.epochs.last() ?? expect.unreachable();
  const info = concat(labelPrefix(LABELS.accessOpening), commitment);
  const sealed = hpkeSeal(kem, { info, plaintext: opening, coins: new Uint8Array(KEM_COINS_LENGTH) });
  const fields = { type: "access", author: admin.signingKey, commitment, opening: attachmentDigest(sealed) };
  return rawNext(log, fields, [admin], [sealed]);
}

/** Secrets that a call made and did not wipe. It runs the call twice: secrets that both runs use are the state's own. */
export async function secretsLeftBy(call: () => unknown): Promise<readonly Secret[]> {
  const touched = async (): Promise<ReadonlySet<Secret>> => {
    const read = vi.spyOn(Secret.prototype, "bytes");
    const taken = vi.spyOn(Secret, "take");
    await call();
    const secrets = [...read.mock.contexts, ...taken.mock.results.map(({ value }) => value)] as readonly Secret[];
    vi.restoreAllMocks();
    return new Set(secrets);
  };
  const known = await touched();
  const made = [...(await touched())].filter((secret) => !known.has(secret));
  expect(made.length).toBeGreaterThan(0);
  return made.filter((secret) => {
    try {
      return secret.bytes().length > 0;
    } catch {
      return false;
    }
  });
}

/** At every head of the log, verification and history agree on every member's approval class (MEM-1). */
export function expectSameClasses({ log }: Pick<World, "log">): void {
  let state: LogFacts = ORIGIN;
  for (const { bytes } of log.links) {
    state = verifyLink(state, { link: decodeLink(bytes), attachments: [] }, { now: "unchecked" });
    const founders = foundersOf(state);
    for (const { id, founder } of state.active.values())
      expect(founder, `link ${state.head.seq}`).toBe(founders.get(id));
  }
}
