// One person as an admin sees them: what escrow covers, their devices, recovery, and discovery.

import type { DeviceView } from "keystead";
import { useCallback, useEffect, useState } from "preact/hooks";
import { useWork } from "../hooks.js";
import { day, escrowTexts as E, nameOf, T } from "../texts.js";
import { Badge, Button, Icon, Notice, Problem } from "../ui.js";
import { useDesk, useEscrow } from "./desk.js";
import { Discover } from "./discover.js";
import type { Found } from "./found.js";
import { Recover } from "./recover.js";
import { Replaced } from "./replaced.js";
import { StatusBadge } from "./report.js";
import { Timeline } from "./timeline.js";

export function PersonPage({ subject }: { readonly subject: string }) {
  const { session, people, refreshPeople } = useDesk();
  const { devices, users, status } = useEscrow();
  const { problem, run } = useWork();
  const [found, setFound] = useState<Found>();
  const [isReplaced, setReplaced] = useState(false);
  const [open, setOpen] = useState<"recover" | "discover">();
  const person = people.get(subject);
  const seen = person?.seen;
  const look = useCallback(
    () =>
      run(async () => {
        const user = await session.fetchUser(subject).catch((error) => {
          if ((error as { code?: string }).code !== "REPLACED") throw error;
          setReplaced(true);
          setFound(undefined);
        });
        if (!user) return;
        setReplaced(false);
        const lastSeen = new Map(Object.entries(seen ?? {}).map(([member, at]) => [member, new Date(at)])) as never;
        for await (const { coverage } of session.report([{ user: subject, lastSeen }]))
          if (coverage) setFound({ user, coverage, devices: devicesOf(session.viewUser(user)) });
      }),
    [session, subject, seen],
  );
  useEffect(() => void look(), [look]);
  // The portal may have let the account begin anew since the list was read.
  useEffect(() => {
    if (isReplaced) void run(refreshPeople);
  }, [isReplaced]);
  const working = users.find(({ user }) => user === subject);
  const roles = devices?.me.roles ?? [];
  const may = (role: (typeof roles)[number]) =>
    status === "ready" && (roles.includes("manage") || roles.includes(role)) && found?.coverage.status !== "pending";
  const name = person?.name ?? E.records.somebody;
  return (
    <>
      <p>
        <a class="button quiet" href="#/escrow/report">
          <Icon name="back" />
          {E.person.back}
        </a>
      </p>
      <div class="person-head">
        <h2>{name}</h2>
        {found && <StatusBadge status={found.coverage.status} />}
        <span class="muted">{person?.role}</span>
        <div class="actions">
          <Button
            look="main"
            icon="devices"
            isOff={!may("recover") || !found || !!working}
            onClick={() => setOpen("recover")}
          >
            {E.person.recover}
          </Button>
          <Button icon="inbox" isOff={!may("discover") || !found} onClick={() => setOpen("discover")}>
            {E.person.discover}
          </Button>
        </div>
      </div>
      {working && (
        <Notice tone={working.alarm ? "danger" : "calm"} icon="devices" isLive title={E.person.doing[working.doing]}>
          {working.refused && <p>{working.refused}</p>}
        </Notice>
      )}
      <Problem>{problem}</Problem>
      {isReplaced && <Replaced subject={subject} name={name} beganAnew={person?.beganAnew} onForgotten={look} />}
      {found && (
        <>
          <section aria-labelledby="person-coverage">
            <h3 id="person-coverage">{E.person.coverage}</h3>
            <p class="muted">{E.person.says[found.coverage.status]}</p>
            <Timeline coverage={found.coverage} name={name} />
          </section>
          <section aria-labelledby="person-devices">
            <h3 id="person-devices">{E.person.devices}</h3>
            <ul class="list">
              {found.devices.map((device) => (
                <DeviceRow key={device.member} device={device} seen={seen?.[device.member]} />
              ))}
            </ul>
          </section>
          {found.coverage.recoveries.length > 0 && (
            <section aria-labelledby="person-recoveries">
              <h3 id="person-recoveries">{E.person.recoveries}</h3>
              <ul class="bullets">
                {found.coverage.recoveries.map((act) => (
                  <li key={act.seq} class={act.believed ? "" : "strong"}>
                    {E.person.recovery(day(act.when), act.reason, act.case)} {!act.believed && E.person.notBelieved}
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
      {open === "recover" && found && (
        <Recover
          found={found}
          name={name}
          onClose={() => {
            setOpen(undefined);
            void look();
          }}
        />
      )}
      {open === "discover" && found && <Discover found={found} name={name} onClose={() => setOpen(undefined)} />}
    </>
  );
}

/** All but escrow itself. */
function devicesOf({ members }: { readonly members: readonly DeviceView[] }): readonly DeviceView[] {
  return members.filter(({ kind }) => kind !== "escrow");
}

function DeviceRow({ device, seen }: { readonly device: DeviceView; readonly seen: number | undefined }) {
  const { name, kind, added, removed, approvals, status } = device;
  const isWaiting = status === "pending";
  return (
    <li class="row" data-member={device.member} data-status={status}>
      <span class="roundel" aria-hidden="true">
        <Icon name={kind === "backup" ? "paper" : "devices"} />
      </span>
      <div class="grow">
        <h4>
          {nameOf(name)}
          {removed ? (
            <Badge tone="none">{T.devices.status.removed}</Badge>
          ) : (
            isWaiting && <Badge tone="warn">{T.devices.status.pending}</Badge>
          )}
        </h4>
        <p class="muted small">
          {[
            T.kinds[kind],
            T.devices.added(day(added)),
            removed
              ? T.devices.removedBy(nameOf(removed.name), day(removed.when))
              : approvals[0] && T.devices.approvedBy(nameOf(approvals[0].name), day(approvals[0].when)),
            seen !== undefined && !removed && E.person.seen(day(new Date(seen))),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
    </li>
  );
}
