// The dishonest server: switches, and what each lie does, shows, and why it is caught.

import { useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { T } from "./texts.js";
import { Badge, Button, Icon, type IconName, Notice, Problem } from "./ui.js";

const LIES = ["swap", "join", "forget", "withhold", "split", "replace", "escrow"] as const;

const ICONS: Readonly<Record<(typeof LIES)[number], IconName>> = {
  ...{ swap: "mail", join: "devices", forget: "shield", withhold: "devices", split: "shield", replace: "shield" },
  escrow: "key",
};

export function Lies() {
  const { session } = useDevice();
  const { status, connection, alarms, evidenceCount } = useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const [on, setOn] = useState<api.Lie | null>(null);
  const [told, setTold] = useState<string>();
  useEffect(() => {
    void run(async () => {
      setOn(await api.lie());
      // The escrow log may have begun since.
      await session.sync();
    });
  }, [run, session]);
  const tell = (lie: api.Lie | "join" | null) =>
    run(async () => {
      await api.tell(lie);
      setOn(await api.lie());
      await session.sync();
    });
  return (
    <>
      <h1>{T.lies.title}</h1>
      <p class="lead">{T.lies.lead}</p>
      <Notice
        tone={alarms.length > 0 || connection === "invalid" ? "danger" : on ? "warn" : "good"}
        icon={alarms.length > 0 ? "alert" : on ? "alert" : "shield"}
        title={alarms.length > 0 ? T.alarm.title : on ? T.lies.isOn(T.lies.names[on]) : T.lies.honest}
        isLive
        actions={
          on && (
            <Button look="main" isBusy={isBusy} onClick={() => tell(null)}>
              {T.lies.stop}
            </Button>
          )
        }
      >
        {alarms.map(({ error }) => (
          <p key={error.code}>{T.alarm.what[error.code] ?? error.message}</p>
        ))}
        <p>
          {T.lies.sees} {status === "alarm" ? T.alarm.lead : (T.connections[connection] ?? connection)}
        </p>
        {evidenceCount > 0 && <p class="muted">{T.alarm.evidence(evidenceCount)}</p>}
      </Notice>
      <Problem>{problem}</Problem>
      <ul class="list">
        {LIES.map((lie) => (
          <li class="row lie" key={lie} data-lie={lie}>
            <span class="roundel" aria-hidden="true">
              <Icon name={ICONS[lie]} />
            </span>
            <div class="grow">
              <h2>
                {T.lies.names[lie]}
                {on === lie && <Badge tone="danger">{T.lies.on}</Badge>}
              </h2>
              <dl>
                {(["does", "shows", "why"] as const).map((part) => (
                  <div key={part}>
                    <dt>{T.lies.parts[part]}</dt>
                    <dd>{T.lies[part][lie]}</dd>
                  </div>
                ))}
              </dl>
              {lie === "escrow" && !session.escrowLog && <p class="muted">{T.lies.noEscrow}</p>}
            </div>
            <Button
              isOff={status === "new" || (lie === "escrow" && !session.escrowLog)}
              isBusy={isBusy && told === lie}
              onClick={() => {
                setTold(lie);
                return tell(lie === on ? null : lie);
              }}
            >
              {lie === "join" ? T.lies.once : lie === on ? T.lies.off : T.lies.turnOn}
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
