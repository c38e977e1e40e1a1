// Screens that stand in the way on purpose: a device that was removed, and a server that contradicts what was verified.

import { useState } from "preact/hooks";
import { forgetDevice } from "./device.js";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { Replaced } from "./portal/begin-anew.js";
import { SignOut } from "./shell.js";
import { say, T } from "./texts.js";
import { Icon, type IconName, Leaf, Problem } from "./ui.js";

export function Locked() {
  const { me, session, restart } = useDevice();
  const { status, devices, asks } = useSnapshot(session);
  const work = useWork();
  const [chosen, setChosen] = useState("");
  const standing = asks.find(({ question }) => question === "standing");
  const isRemoved = status === "removed";
  const run = (name: string, act: () => Promise<unknown>) => {
    setChosen(name);
    return work.run(act);
  };
  const keep = () => run("keep", async () => standing && (await session.answer(standing.id, { say: "no" })));
  const rejoin = () =>
    run("rejoin", async () => {
      const { name, platform } = devices?.me ?? {};
      await session.join({ name: name?.name ?? T.kinds.device, ...(platform && { platform }) });
    });
  const erase = () =>
    run("erase", async () => {
      await session.erase();
      await forgetDevice(me.subject);
      restart();
    });
  const offers = devices?.me.offers ?? ["rejoin", "wipe"];
  const busy = (name: string) => work.isBusy && chosen === name;
  return (
    <main class="alone">
      <div class="brand">
        <Leaf />
        <p>{T.app}</p>
      </div>
      <section class="card narrow" aria-labelledby="locked">
        <span class="roundel danger" aria-hidden="true">
          <Icon name="lock" />
        </span>
        <h1 id="locked">{isRemoved ? T.locked.removedTitle : T.locked.supersededTitle}</h1>
        {isRemoved && devices?.me.removal && <p>{say(devices.me.removal)}</p>}
        <p>{isRemoved ? T.locked.removedUnknown : T.locked.superseded}</p>
        {isRemoved && <p>{T.locked.notMe}</p>}
        <ul class="choices">
          {offers.includes("rejoin") && (
            <Choice
              icon="plus"
              title={T.locked.rejoin}
              hint={T.locked.rejoinHint}
              isBusy={busy("rejoin")}
              act={rejoin}
            />
          )}
          {offers.includes("keep-reading") && standing && (
            <Choice
              icon="inbox"
              title={T.locked.keep}
              hint={isRemoved ? T.locked.keepHint : T.locked.keepHintSuperseded}
              isBusy={busy("keep")}
              act={keep}
            />
          )}
          <Choice icon="alert" title={T.locked.erase} hint={T.locked.eraseHint} isBusy={busy("erase")} act={erase} />
        </ul>
        <Problem>{work.problem}</Problem>
      </section>
      <p class="center">
        <SignOut />
      </p>
    </main>
  );
}

interface ChoiceProps {
  readonly icon: IconName;
  readonly title: string;
  readonly hint: string;
  readonly isBusy: boolean;
  readonly act: () => unknown;
}

function Choice({ icon, title, hint, isBusy, act }: ChoiceProps) {
  return (
    <li>
      <button type="button" class="choice" disabled={isBusy} onClick={() => void act()}>
        <Icon name={icon} />
        <span>
          <strong>{isBusy ? T.busy : title}</strong>
          <span class="muted">{hint}</span>
        </span>
      </button>
    </li>
  );
}

export function Alarm() {
  const { session } = useDevice();
  const { alarms, evidenceCount } = useSnapshot(session);
  return (
    <main class="alone">
      <section class="card narrow" aria-labelledby="alarm">
        <span class="roundel danger" aria-hidden="true">
          <Icon name="alert" />
        </span>
        <h1 id="alarm">{T.alarm.title}</h1>
        {alarms.map(({ error }) => (
          <p key={error.code}>
            <strong>{T.alarm.what[error.code] ?? error.message}</strong>
          </p>
        ))}
        <p>{T.alarm.lead}</p>
        <p class="muted">{T.alarm.evidence(evidenceCount)}</p>
        <Replaced />
        <p>
          <a href="#/lies">{T.alarm.toLies}</a>
        </p>
      </section>
      <p class="center">
        <SignOut />
      </p>
    </main>
  );
}
