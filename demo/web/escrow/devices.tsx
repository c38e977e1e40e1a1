// The devices of a site's admins: what waits, what each may do, the policy, the fingerprint to publish, and what happened.

import type { ComparedDevice, MemberId } from "keystead";
import type { EscrowDevicesAndActivity } from "keystead/escrow";
import { useState } from "preact/hooks";
import { Timeline, Warnings } from "../activity.js";
import { useDevice, useWork } from "../hooks.js";
import { ReviewBadge, ReviewEnding } from "../review.js";
import { day, escrowTexts as E, nameOf, say, sayEscrow, T } from "../texts.js";
import { Badge, Button, Dialog, Ending, Groups, Icon, Notice } from "../ui.js";
import { EnterPaper } from "../use-paper.js";
import { EscrowAsks } from "./asks.js";
import { CompareDigits, type Found } from "./compare.js";
import { useDesk, useEscrow } from "./desk.js";
import { EscrowPaper } from "./paper.js";
import { Policy } from "./policy.js";
import { Publish } from "./publish.js";

type EscrowDevice = EscrowDevicesAndActivity["members"][number];
type Role = EscrowDevice["roles"][number];
type Open =
  | { readonly what: "enable" | "another" | "review" }
  | { readonly what: "remove"; readonly device: EscrowDevice };

export function EscrowDevices() {
  const { devices, status, asks } = useEscrow();
  const [open, setOpen] = useState<Open>();
  if (!devices) return null;
  const { members, pending, warnings, activity, needs, me } = devices;
  const active = members.filter((each) => !each.removed && each.status !== "superseded");
  const gone = members.filter((each) => !active.includes(each));
  const mayManage = me.roles.includes("manage");
  const isUnproved = asks.some(({ question }) => question === "prove-backup-key");
  const close = () => setOpen(undefined);
  return (
    <>
      {status === "waiting" && <Waiting />}
      {status === "ready" && needs.length > 0 && (
        <Notice
          tone="warn"
          icon="shield"
          title={E.needs.title}
          actions={
            mayManage && (
              <Button look="main" icon="paper" onClick={() => setOpen({ what: "enable" })}>
                {needs.includes("backup-key") || isUnproved ? E.needs.enable : E.needs.finish}
              </Button>
            )
          }
        >
          <p>{E.needs.lead}</p>
          <ul class="bullets">
            {needs.map((need) => (
              <li key={need}>{E.needs.what[need]}</li>
            ))}
          </ul>
        </Notice>
      )}
      {status === "ready" && pending.length > 0 && mayManage && (
        <Notice
          tone="warn"
          icon="devices"
          title={E.admit.title(pending.length)}
          actions={
            <Button look="main" onClick={() => setOpen({ what: "review" })}>
              {E.admit.open}
            </Button>
          }
        >
          <p>{E.admit.lead}</p>
        </Notice>
      )}
      <EscrowAsks onPaper={() => setOpen({ what: needs.length > 0 ? "enable" : "another" })} />
      {needs.length === 0 && <Publish />}
      <section aria-labelledby="escrow-devices">
        <h2 id="escrow-devices">{E.devices.title}</h2>
        <ul class="list">
          {active.map((device) => (
            <EscrowRow
              key={device.member}
              device={device}
              isWaiting={device.status === "pending" || (device.member === me.member && status === "waiting")}
              {...(mayManage && device.removable && { onRemove: () => setOpen({ what: "remove", device }) })}
            />
          ))}
        </ul>
        {mayManage && needs.length === 0 && (
          <div class="actions start">
            <Button icon="paper" onClick={() => setOpen({ what: "another" })}>
              {E.devices.anotherPaper}
            </Button>
          </div>
        )}
      </section>
      <Warnings id="escrow-warnings" warnings={warnings} words={sayEscrow} />
      <Policy mayChange={mayManage && status === "ready"} />
      <section aria-labelledby="escrow-activity">
        <h2 id="escrow-activity">{T.devices.activity}</h2>
        <Timeline links={activity} words={sayEscrow} />
      </section>
      {gone.length > 0 && (
        <section aria-labelledby="escrow-gone">
          <h2 id="escrow-gone">{T.devices.gone}</h2>
          <ul class="list">
            {gone.map((device) => (
              <EscrowRow key={device.member} device={device} />
            ))}
          </ul>
        </section>
      )}
      {(open?.what === "enable" || open?.what === "another") && (
        <EscrowPaper what={open.what} isUnproved={isUnproved} onClose={close} />
      )}
      {open?.what === "review" && <Admit onClose={close} />}
      {open?.what === "remove" && <Remove device={open.device} onClose={close} />}
    </>
  );
}

/** A device that waits: whom to ask, and what to show. With the paper from the safe it asks nobody. */
function Waiting() {
  const { me } = useDevice();
  const { session } = useDesk();
  const { devices } = useEscrow();
  const [usesPaper, setUsesPaper] = useState(false);
  if (!devices?.fingerprint) return null;
  return (
    <section class="notice warn waiting" aria-label={E.waiting.title}>
      <div class="grow">
        <h2 class="notice-title">{E.waiting.title}</h2>
        <p>{E.waiting.lead}</p>
        <Contacts contacts={devices.contacts} />
        <Groups text={devices.fingerprint} label={E.waiting.digits} />
        <div class="actions">
          <Button look="quiet" icon="paper" onClick={() => setUsesPaper(true)}>
            {E.waiting.paper}
          </Button>
        </div>
      </div>
      {usesPaper && (
        <EnterPaper
          session={session}
          members={devices.members}
          me={devices.me.member}
          papers={me.escrowPapers}
          texts={E.paper.use}
          onClose={() => setUsesPaper(false)}
        />
      )}
    </section>
  );
}

/** Whom to ask, as the policy says it. */
export function Contacts({ contacts }: { readonly contacts: readonly string[] }) {
  if (contacts.length === 0) return null;
  return (
    <>
      <p class="strong">{E.waiting.ask}</p>
      <ul class="bullets">
        {contacts.map((contact) => (
          <li key={contact}>{contact}</li>
        ))}
      </ul>
    </>
  );
}

interface EscrowRowProps {
  readonly device: EscrowDevice;
  /** Nobody has approved it yet. */
  readonly isWaiting?: boolean;
  readonly onRemove?: () => void;
}

function EscrowRow({ device, isWaiting, onRemove }: EscrowRowProps) {
  const { name, kind, platform, added, status, approvals, removed, roles, backupKeyId } = device;
  const approval = approvals.at(-1);
  const tone = status === "pending" ? "warn" : status === "removed" || status === "superseded" ? "none" : "good";
  return (
    <li class="row" data-member={device.member} data-status={status}>
      <span class="roundel" aria-hidden="true">
        <Icon name={kind === "backup" ? "paper" : "devices"} />
      </span>
      <div class="grow">
        <h3>
          {nameOf(name)}
          {(kind === "device" || status !== "approved") && <Badge tone={tone}>{T.devices.status[status]}</Badge>}
        </h3>
        <p class="roles">
          {roles.length > 0
            ? roles.map((role) => (
                <Badge key={role} tone="calm">
                  {E.roles[role].name}
                </Badge>
              ))
            : !removed && <span class="muted">{isWaiting ? E.roles.pending : E.roles.none}</span>}
        </p>
        <p class="muted small">
          {[
            T.kinds[kind],
            platform,
            backupKeyId && T.devices.paper(backupKeyId),
            removed ? T.devices.removedBy(nameOf(removed.name), day(removed.when)) : T.devices.added(day(added)),
            !removed &&
              approval &&
              (kind === "backup" ? T.devices.madeBy : T.devices.approvedBy)(nameOf(approval.name), day(approval.when)),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      {onRemove && (
        <div class="actions">
          <Button look="quiet" onClick={onRemove}>
            {T.devices.remove}
          </Button>
        </div>
      )}
    </li>
  );
}

const ROLES: readonly Role[] = ["manage", "recover", "discover"];

/** What an admin decides of a device that waits. */
interface Decision {
  readonly found: Found<ComparedDevice> | undefined;
  readonly roles: readonly Role[];
}

/** Approves devices with their roles, and removes the others, in one link. */
function Admit({ onClose }: { readonly onClose: () => void }) {
  const { session } = useDesk();
  const { devices } = useEscrow();
  const { isBusy, problem, run } = useWork();
  const [decisions, setDecisions] = useState<ReadonlyMap<MemberId, Decision>>(new Map());
  const pending = devices?.pending ?? [];
  const decisionOf = (member: MemberId): Decision => decisions.get(member) ?? { found: undefined, roles: ["recover"] };
  const decide = (member: MemberId, change: Partial<Decision>) =>
    setDecisions((before) => new Map(before).set(member, { ...(before.get(member) ?? decisionOf(member)), ...change }));
  const approve = pending.flatMap(({ member }) => {
    const { found, roles } = decisionOf(member);
    return found?.token ? [{ token: found.token, roles }] : [];
  });
  const remove = pending.map(({ member }) => member).filter((member) => !decisionOf(member).found?.token);
  const named = (members: readonly MemberId[]) =>
    pending.filter(({ member }) => members.includes(member)).map(({ name }) => nameOf(name));
  const save = async () => {
    if (await run(() => session.save({ approve, remove }))) onClose();
    else setDecisions(new Map());
  };
  return (
    <Dialog title={E.admit.open} onClose={onClose} isWide>
      <p>{pending.length > 0 ? E.admit.how : T.review.done}</p>
      <ul class="list">
        {pending.map(({ member, name }) => {
          const { found, roles } = decisionOf(member);
          const view = devices?.members.find((each) => each.member === member);
          return (
            <li class="candidate" key={member} data-member={member}>
              <div class="row">
                <span class="roundel" aria-hidden="true">
                  <Icon name="devices" />
                </span>
                <div class="grow">
                  <h3>
                    {nameOf(name)}
                    <ReviewBadge isChecked={found?.token !== undefined} isCompared={found !== undefined} />
                  </h3>
                  <p class="muted small">
                    {[view?.platform, view && T.devices.added(day(view.added))].filter(Boolean).join(" · ")}
                  </p>
                </div>
              </div>
              <CompareDigits
                lead={E.admit.compare(nameOf(name))}
                label={T.compare.text}
                differs={T.compare.differs(nameOf(name))}
                found={found}
                onFound={(result) => decide(member, { found: result })}
                check={async (shown) => {
                  await session.sync();
                  const result = session.compare(shown, member);
                  return { token: result.token, words: say(result) };
                }}
              />
              {found?.token && (
                <fieldset class="roles-choice">
                  <legend>{E.admit.roles(nameOf(name))}</legend>
                  {ROLES.map((role) => (
                    <label class="check" key={role}>
                      <input
                        type="checkbox"
                        checked={roles.includes(role)}
                        onChange={({ currentTarget: { checked } }) =>
                          decide(member, {
                            roles: ROLES.filter((each) => (each === role ? checked : roles.includes(each))),
                          })
                        }
                      />
                      <span>
                        {E.roles[role].name} <span class="muted small">{E.roles[role].may}</span>
                      </span>
                    </label>
                  ))}
                </fieldset>
              )}
            </li>
          );
        })}
      </ul>
      <ReviewEnding
        {...{ problem, isBusy, approve: named(approve.map(({ token }) => token.member)), remove: named(remove) }}
        hint={E.admit.keeps}
        isAnswered={pending.some(({ member }) => decisionOf(member).found)}
        onCancel={onClose}
        onSave={save}
      />
    </Dialog>
  );
}

function Remove({ device, onClose }: { readonly device: EscrowDevice; readonly onClose: () => void }) {
  const { me } = useDevice();
  const { session } = useDesk();
  const { isBusy, problem, run } = useWork();
  const name = nameOf(device.name);
  const remove = async () => {
    if (await run(() => session.save({ remove: [device.member] }))) onClose();
  };
  return (
    <Dialog title={T.remove.title(name)} onClose={onClose}>
      <ul class="bullets">
        {E.remove(name, me.site.name).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <Ending problem={problem} onCancel={onClose}>
        <Button look="danger" isBusy={isBusy} onClick={remove}>
          {T.remove.confirm}
        </Button>
      </Ending>
    </Dialog>
  );
}
