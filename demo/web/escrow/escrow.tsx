// Escrow Devices & Activity: where an admin of a site sees who could recover whom, and does it.

import { useEffect } from "preact/hooks";
import { useDevice } from "../hooks.js";
import { escrowTexts as E, T, words } from "../texts.js";
import { Badge, Button, Icon, Notice } from "../ui.js";
import { DeskProvider, useDesk, useEscrow } from "./desk.js";
import { EscrowDevices } from "./devices.js";
import { Gate } from "./gate.js";
import { PersonPage } from "./person.js";
import { Records } from "./records.js";
import { ReportPage } from "./report.js";
import { EscrowSetup } from "./setup.js";

const TABS = [
  ["escrow", E.tabs.devices],
  ["escrow/report", E.tabs.report],
  ["escrow/records", E.tabs.records],
] as const;

export function EscrowScreens({ screen }: { readonly screen: string }) {
  const { me } = useDevice();
  return (
    <Gate>
      <h1>{E.title}</h1>
      <p class="lead">{E.lead(me.site.name)}</p>
      <DeskProvider>
        <Inside screen={screen} />
      </DeskProvider>
    </Gate>
  );
}

function Inside({ screen }: { readonly screen: string }) {
  const { session, restart } = useDesk();
  const { status, alarms, connection, pending } = useEscrow();
  useEffect(() => void session.sync().catch(() => undefined), [screen]);
  if (status === "closed")
    return (
      <Notice
        tone="calm"
        icon="out"
        title={words.words.sessions.closed}
        actions={<Button onClick={restart}>{T.inbox.again}</Button>}
      />
    );
  if (status === "new" || status === "joining" || status === "lost" || status === "removed" || status === "superseded")
    return <EscrowSetup />;
  const person = /^escrow\/person\/(.+)$/.exec(screen)?.[1];
  return (
    <>
      <nav class="subnav" aria-label={E.title}>
        {TABS.map(([path, title]) => (
          <a
            key={path}
            href={`#/${path}`}
            aria-current={(person ? "escrow/report" : screen) === path ? "page" : undefined}
          >
            {title}
          </a>
        ))}
        {(connection !== "reached" || pending) && (
          <Badge tone={connection === "reached" ? "calm" : "warn"}>
            {pending
              ? T.pending(E.intents[pending.intent] ?? T.intents[pending.intent] ?? pending.intent)
              : T.connections[connection]}
          </Badge>
        )}
      </nav>
      {alarms.map(({ error }) => (
        <p key={error.code} class="line strong" role="alert">
          <Icon name="alert" /> {T.alarm.what[error.code] ?? error.message}
        </p>
      ))}
      {person ? (
        <PersonPage key={person} subject={person} />
      ) : screen === "escrow/report" ? (
        <ReportPage />
      ) : screen === "escrow/records" ? (
        <Records />
      ) : (
        <EscrowDevices />
      )}
    </>
  );
}
