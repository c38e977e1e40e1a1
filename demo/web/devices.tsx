// Devices & Activity: who can read the mail, what waits for review, and everything that happened.

import { type DeviceView, KeysteadError, type MemberId } from "keystead";
import { suggestRemovals } from "keystead/audit";
import { useState } from "preact/hooks";
import { Timeline, Warnings } from "./activity.js";
import { forgetDevice } from "./device.js";
import { Organisation } from "./escrow/user.js";
import { escrowIsEnrolled } from "./escrow/user-facts.js";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { Review } from "./review.js";
import { day, nameOf, say, sayCovered, T, titleOf, words } from "./texts.js";
import { Badge, Button, Dialog, Ending, Field, Form, Groups, Icon, Notice, Problem, Qr } from "./ui.js";

type Open = { readonly what: "review" | "rename" } | { readonly what: "remove"; readonly device: DeviceView };

export function Devices() {
  const { session } = useDevice();
  const { devices, status } = useSnapshot(session);
  const [open, setOpen] = useState<Open>();
  if (!devices) return null;
  const { members, pending, activity, warnings } = devices;
  const active = members.filter(({ status }) => status !== "removed" && status !== "superseded");
  const gone = members.filter((each) => !active.includes(each));
  const isLast = active.filter(({ kind }) => kind !== "escrow").length === 1;
  const close = () => setOpen(undefined);
  return (
    <>
      <h1>{T.devices.title}</h1>
      <p class="lead">{T.devices.lead}</p>
      {pending.length > 0 && (
        <Notice
          tone="warn"
          icon="devices"
          title={T.devices.review(pending.length)}
          actions={
            <Button look="main" onClick={() => setOpen({ what: "review" })}>
              {T.devices.reviewOpen}
            </Button>
          }
        >
          <p>{T.devices.reviewLead}</p>
        </Notice>
      )}
      <section aria-labelledby="mine">
        <h2 id="mine">{T.devices.mine}</h2>
        <ul class="list">
          {active.map((device) => (
            <Row
              key={device.member}
              device={device}
              onRename={() => setOpen({ what: "rename" })}
              {...(pending.some(({ member }) => member === device.member) && {
                onReview: () => setOpen({ what: "review" }),
              })}
              {...(!isLast && { onRemove: () => setOpen({ what: "remove", device }) })}
            />
          ))}
        </ul>
        {isLast && <p class="hint">{T.remove.last}</p>}
        <p class="hint">{T.devices.add}</p>
      </section>
      <Warnings id="warnings" warnings={warnings} words={escrowIsEnrolled(session.log) ? sayCovered : say} />
      <Organisation />
      <Lockdown />
      <section aria-labelledby="activity">
        <h2 id="activity">{T.devices.activity}</h2>
        <p class="muted">{T.devices.activityLead}</p>
        <Timeline links={activity} words={say} />
      </section>
      {gone.length > 0 && (
        <section aria-labelledby="gone">
          <h2 id="gone">{T.devices.gone}</h2>
          <ul class="list">
            {gone.map((device) => (
              <Row key={device.member} device={device} />
            ))}
          </ul>
        </section>
      )}
      {devices.fingerprint && devices.fingerprintQr && !devices.awaitingApproval && (
        <section aria-labelledby="own-fingerprint">
          <h2 id="own-fingerprint">{T.devices.ownFingerprint}</h2>
          <p class="muted">{T.devices.ownFingerprintLead}</p>
          <div class="self">
            <Groups text={devices.fingerprint} label={T.devices.ownFingerprint} />
            <Qr text={devices.fingerprintQr} label={T.devices.ownFingerprintQr} />
          </div>
        </section>
      )}
      <section aria-labelledby="fingerprint">
        <h2 id="fingerprint">{T.devices.fingerprint}</h2>
        <p class="muted">{T.devices.fingerprintLead}</p>
        <Groups text={devices.logFingerprint} label={T.devices.fingerprint} />
      </section>
      {open?.what === "review" && <Review onClose={close} />}
      {open?.what === "rename" && status !== "removed" && <Rename onClose={close} />}
      {open?.what === "remove" && <Remove device={open.device} onClose={close} />}
    </>
  );
}

const TONES = {
  "this-device": "calm",
  approved: "good",
  pending: "warn",
  removed: "none",
  superseded: "none",
} as const;

interface RowProps {
  readonly device: DeviceView;
  readonly onReview?: () => void;
  readonly onRename?: () => void;
  readonly onRemove?: () => void;
}

export function Row({ device, onReview, onRename, onRemove }: RowProps) {
  const { name, kind, platform, added, access, status, approvals, removed, removable, backupKeyId } = device;
  const isMe = status === "this-device";
  const approval = approvals.at(-1);
  return (
    <li class="row" data-member={device.member} data-status={status}>
      <span class="roundel" aria-hidden="true">
        <Icon name={kind === "backup" ? "paper" : kind === "escrow" ? "key" : "devices"} />
      </span>
      <div class="grow">
        <h3>
          {titleOf(name)}
          {(kind === "device" || status !== "approved") && (
            <Badge tone={TONES[status]}>{T.devices.status[status]}</Badge>
          )}
        </h3>
        <p class="access">
          {removed
            ? T.devices.removedBy(nameOf(removed.name), day(removed.when))
            : access
              ? (access.epoch === 1 ? T.devices.readsAll : T.devices.reads)(day(access.since))
              : T.devices.readsNothing}
        </p>
        <p class="muted small">
          {[
            T.kinds[kind],
            platform,
            backupKeyId && T.devices.paper(backupKeyId),
            kind === "device" && T.devices.added(day(added)),
            approval
              ? (kind === "backup" ? T.devices.madeBy : T.devices.approvedBy)(nameOf(approval.name), day(approval.when))
              : status === "pending"
                ? T.devices.notApproved
                : undefined,
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {removed && <CouldRead member={device.member} />}
      </div>
      <div class="actions">
        {onReview && (
          <Button look="quiet" onClick={onReview}>
            {T.devices.reviewIt}
          </Button>
        )}
        {isMe && onRename && (
          <Button look="quiet" icon="edit" onClick={onRename}>
            {T.devices.rename}
          </Button>
        )}
        {(removable || isMe) && onRemove && (
          <Button look="quiet" onClick={onRemove}>
            {isMe ? T.devices.removeMine : T.devices.remove}
          </Button>
        )}
      </div>
    </li>
  );
}

/** What a removed member was given: nobody can take that back. */
function CouldRead({ member }: { readonly member: MemberId }) {
  const { log } = useDevice().session;
  const first = log.removed.get(member)?.reach[0]?.[0];
  const since = [...log.epochs].find(({ number }) => number === first)?.time;
  return (
    <p class="muted small">
      {since === undefined ? T.devices.couldReadNothing : T.devices.couldRead(day(new Date(since)))}
    </p>
  );
}

function Lockdown() {
  const { session } = useDevice();
  const { status, devices } = useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const [refused, setRefused] = useState<string>();
  const isOn = session.log.lockdown;
  const turn = async () => {
    setRefused(undefined);
    try {
      await session.setLockdown(!isOn);
    } catch (error) {
      // The log takes it from the first device and those that it let in, while no other is active.
      const { rule, details } = KeysteadError.from(error) ?? {};
      if (rule !== "MEM-5") throw error;
      const other = devices?.members.find(
        ({ member, status }) => member === details?.member && status !== "this-device",
      );
      setRefused(other ? T.lockdown.notYet(titleOf(other.name)) : T.lockdown.notHere);
    }
  };
  if (status !== "ready") return null;
  return (
    <section aria-labelledby="lockdown">
      <h2 id="lockdown">{T.lockdown.title}</h2>
      <Notice
        tone="calm"
        icon="lock"
        actions={
          <Button isBusy={isBusy} onClick={() => run(turn)}>
            {isOn ? T.lockdown.turnOff : T.lockdown.turnOn}
          </Button>
        }
      >
        <p>{isOn ? T.lockdown.on : T.lockdown.off}</p>
        <Problem>{refused ?? problem}</Problem>
      </Notice>
    </section>
  );
}

function Rename({ onClose }: { readonly onClose: () => void }) {
  const { session } = useDevice();
  const me = session.getSnapshot().devices?.me;
  const [name, setName] = useState(me?.name.name ?? "");
  const { isBusy, problem, run } = useWork();
  const save = async () => {
    const platform = me?.platform;
    if (await run(() => session.rename({ name: name.trim(), ...(platform && { platform }) }))) onClose();
  };
  return (
    <Dialog title={T.devices.renameTitle} onClose={onClose}>
      <Form onSubmit={save}>
        <Field label={T.setup.name} value={name} onInput={setName} maxLength={60} />
        <Ending problem={problem} onCancel={onClose}>
          <Button look="main" submits isBusy={isBusy} isOff={!name.trim()}>
            {T.devices.rename}
          </Button>
        </Ending>
      </Form>
    </Dialog>
  );
}

function Remove({ device, onClose }: { readonly device: DeviceView; readonly onClose: () => void }) {
  const { me, session, restart } = useDevice();
  const { devices } = useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const [isDone, setDone] = useState(false);
  const name = nameOf(device.name);
  const isMe = device.status === "this-device";
  const only = (devices?.warnings ?? []).flatMap((warning) =>
    warning.code === "single-member" && warning.members.includes(device.member)
      ? [words.stretch(warning.stretch, words)]
      : [],
  );
  const remove = () =>
    run(async () => {
      if (!isMe) {
        await session.save({ remove: [device.member] });
        setDone(true);
        if (strays().length === 0) onClose();
        return;
      }
      await session.signOut();
      await forgetDevice(me.subject);
      restart();
    });
  /** Active members for which nobody stands any more. */
  const strays = () => {
    const view = session.getSnapshot().devices;
    if (!view?.members.some(({ member, removed }) => member === device.member && removed)) return [];
    const { log, escrowLog } = session;
    const suggested = suggestRemovals(log, { removed: device.member, me: view.me.member, escrowLog });
    // Nobody ever approved the first device: nothing of it was removed.
    return view.members.filter(
      ({ member, approvals }) => approvals.length > 0 && suggested.some((each) => each.member === member),
    );
  };
  if (isDone) {
    return (
      <Dialog title={T.remove.alsoTitle} onClose={onClose}>
        <ul class="list">
          {strays().map((stray) => (
            <li class="row" key={stray.member}>
              <p class="grow">{T.remove.also(nameOf(stray.name))}</p>
              <Button look="danger" isBusy={isBusy} onClick={() => run(() => session.save({ remove: [stray.member] }))}>
                {T.remove.confirm}
              </Button>
            </li>
          ))}
        </ul>
        <Problem>{problem}</Problem>
        <footer>
          <Button onClick={onClose}>{T.close}</Button>
        </footer>
      </Dialog>
    );
  }
  return (
    <Dialog title={T.remove.title(isMe ? T.devices.status["this-device"].toLowerCase() : name)} onClose={onClose}>
      <ul class="bullets">
        {isMe && <li>{T.remove.mine}</li>}
        {!isMe && <li>{T.remove.after(name)}</li>}
        {!isMe && <li>{device.kind === "backup" ? T.remove.paper : T.remove.kept}</li>}
        {only.map((what) => (
          <li key={what} class="strong">
            {T.remove.only(what)}
          </li>
        ))}
      </ul>
      <Ending problem={problem} onCancel={onClose}>
        <Button look="danger" isBusy={isBusy} onClick={remove}>
          {isMe ? T.remove.mineConfirm : T.remove.confirm}
        </Button>
      </Ending>
    </Dialog>
  );
}
