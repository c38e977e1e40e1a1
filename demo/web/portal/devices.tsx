// Devices as the service sees them, and the removal of a lost one.

import { useEffect, useState } from "preact/hooks";
import { Timeline } from "../activity.js";
import { ApiError } from "../api.js";
import { useWork } from "../hooks.js";
import { T as all, day, portalWords, portalTexts as T } from "../texts.js";
import { Badge, Button, Dialog, Ending, Icon, Notice } from "../ui.js";
import * as portal from "./api.js";
import { Confirmed, useConfirmedWork } from "./step-up.js";

/** How often the page looks again while a device has to change the keys. */
const REFRESH = 3000;

const TONES = { approved: "good", pending: "warn", removed: "none" } as const;

/** What the server knows of an account's devices; looked at again while it waits for one of them. */
export function useDevices(account?: string) {
  const [found, setFound] = useState<portal.PortalDevices>();
  const { problem, run } = useWork();
  const [wasDue, setWasDue] = useState(false);
  const refresh = () => run(async () => setFound(await portal.devices(account)));
  useEffect(() => {
    void refresh();
    // What devices did meanwhile shows when the user comes back to this page.
    const seen = () => void (document.hidden || refresh());
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, [account]);
  const isDue = found?.rotationDue === true;
  useEffect(() => {
    if (!isDue) return;
    setWasDue(true);
    const timer = setInterval(() => void refresh(), REFRESH);
    return () => clearInterval(timer);
  }, [isDue]);
  return { found, problem, refresh, isRotated: wasDue && !isDue };
}

interface DevicesProps {
  readonly found: portal.PortalDevices;
  readonly isRotated: boolean;
  readonly refresh: () => unknown;
  /** Somebody whom an admin manages; by default the own account. */
  readonly account?: string;
}

export function DeviceLists({ found, isRotated, refresh, account }: DevicesProps) {
  const [chosen, setChosen] = useState<portal.PortalDevice>();
  const { devices, rotationDue, lockdown, canRemove, activity, escrows = {} } = found;
  if (!devices) return <p class="muted">{T.account.none}</p>;
  const active = devices.filter(({ status }) => status !== "removed");
  const gone = devices.filter(({ status }) => status === "removed");
  const words = portalWords(escrows);
  // The relay decides; the page offers what it will do.
  const mayRemove = ({ status, kind }: portal.PortalDevice) =>
    canRemove && kind !== "escrow" && active.length > 1 && !(lockdown && status === "approved");
  return (
    <>
      <div role="status" class="statuses">
        {rotationDue && (
          <Notice tone="warn" icon="alert" title={T.rotation.due}>
            <p>{T.rotation.dueLead}</p>
          </Notice>
        )}
        {isRotated && (
          <Notice tone="good" icon="check" title={T.rotation.done}>
            <p>{T.rotation.doneLead}</p>
          </Notice>
        )}
      </div>
      <section aria-labelledby="devices">
        <h2 id="devices">{account === undefined ? T.account.devices : T.account.theirs}</h2>
        <ul class="list">
          {active.map((device) => (
            <Row
              key={device.member}
              device={device}
              words={words}
              onRemove={mayRemove(device) ? () => setChosen(device) : undefined}
            />
          ))}
        </ul>
        {(lockdown || !canRemove || active.length === 1) && (
          <p class="hint">{lockdown ? T.account.lockdown : canRemove ? T.account.last : T.account.cannot}</p>
        )}
      </section>
      {gone.length > 0 && (
        <section aria-labelledby="gone">
          <h2 id="gone">{all.devices.gone}</h2>
          <ul class="list">
            {gone.map((device) => (
              <Row key={device.member} device={device} words={words} />
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="activity">
        <h2 id="activity">{all.devices.activity}</h2>
        <Timeline links={activity ?? []} words={words.say} />
      </section>
      {chosen && (
        <Remove
          device={chosen}
          name={words.nameOf(chosen.name)}
          account={account}
          onClose={() => setChosen(undefined)}
          onDone={() => {
            setChosen(undefined);
            void refresh();
          }}
        />
      )}
    </>
  );
}

function Row({
  device,
  words: { nameOf, titleOf },
  onRemove,
}: {
  readonly device: portal.PortalDevice;
  readonly words: ReturnType<typeof portalWords>;
  readonly onRemove?: (() => void) | undefined;
}) {
  const { name, kind, platform, added, status, approved, removed } = device;
  const facts = [
    all.kinds[kind],
    platform,
    all.devices.added(day(new Date(added))),
    removed
      ? all.devices.removedBy(nameOf(removed.name), day(new Date(removed.at)))
      : approved && all.devices.approvedBy(nameOf(approved.name), day(new Date(approved.at))),
  ];
  return (
    <li class="row" data-member={device.member} data-status={status}>
      <span class="roundel" aria-hidden="true">
        <Icon name={kind === "backup" ? "paper" : "devices"} />
      </span>
      <div class="grow">
        <h3>
          {titleOf(name)}
          <Badge tone={TONES[status]}>{T.account.status[status]}</Badge>
        </h3>
        <p class="muted small">{facts.filter(Boolean).join(" · ")}</p>
      </div>
      {onRemove && (
        <div class="actions">
          <Button look="quiet" onClick={onRemove}>
            {all.devices.remove}
            <span class="hidden"> {nameOf(name)}</span>
          </Button>
        </div>
      )}
    </li>
  );
}

interface RemoveProps {
  readonly device: portal.PortalDevice;
  readonly name: string;
  readonly account: string | undefined;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function Remove({ device, name, account, onClose, onDone }: RemoveProps) {
  const { isBusy, problem, run } = useConfirmedWork();
  const [refused, setRefused] = useState<string>();
  const remove = () =>
    run(async () => {
      setRefused(undefined);
      try {
        await portal.remove([device.member], account);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 409) throw error;
        setRefused(T.remove.rules[error.reason ?? ""] ?? T.remove.changed);
        return;
      }
      onDone();
    });
  return (
    <Dialog title={all.remove.title(name)} onClose={onClose}>
      <ul class="bullets">
        <li>{T.remove.after}</li>
        <li>{all.remove.kept}</li>
        <li>{T.remove.seen}</li>
      </ul>
      <Confirmed>
        <Ending problem={refused ?? problem} onCancel={onClose}>
          <Button look="danger" isBusy={isBusy} onClick={remove}>
            {all.remove.confirm}
          </Button>
        </Ending>
      </Confirmed>
    </Dialog>
  );
}
