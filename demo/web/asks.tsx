// What this device asks of its user, above every screen.

import type { Ask } from "keystead/client";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { OwnDigits } from "./compare.js";
import { ContactAsk } from "./contacts/ask.js";
import { AskContacts, isEscrowAsk, UserEscrowAsk } from "./escrow/user.js";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { say, T } from "./texts.js";
import { Button, Groups, Notice, Problem, Qr } from "./ui.js";
import { UsePaper } from "./use-paper.js";

export function Asks({ children }: { readonly children?: ComponentChildren }) {
  const { session } = useDevice();
  const { status, asks } = useSnapshot(session);
  return (
    <div class="asks">
      {children}
      {status === "removed" || status === "superseded" ? <Reading /> : null}
      <Reclaim />
      {status === "waiting" && <Waiting />}
      {asks.map((ask) => (
        <OneAsk key={ask.id} ask={ask} />
      ))}
    </div>
  );
}

/** A new device: it shows itself, to be approved on another. */
function Waiting() {
  const { devices } = useSnapshot(useDevice().session);
  const [isShown, setShown] = useState(true);
  const [usesPaper, setUsesPaper] = useState(false);
  if (!devices?.fingerprint || !devices.fingerprintQr) return null;
  return (
    <section class="notice warn waiting" aria-label={T.waiting.title}>
      <div class="grow">
        <h2 class="notice-title">{T.waiting.title}</h2>
        <p>{T.waiting.lead}</p>
        <AskContacts />
        <OwnDigits onBegin={() => setShown(false)}>
          <Button look="quiet" icon="paper" onClick={() => setUsesPaper(true)}>
            {T.waiting.usePaper}
          </Button>
        </OwnDigits>
        {isShown && (
          <>
            <p class="muted">{T.waiting.how}</p>
            <div class="self">
              <Groups text={devices.fingerprint} label={T.waiting.digits} />
              <Qr text={devices.fingerprintQr} label={T.waiting.qr} />
            </div>
          </>
        )}
        <div class="actions">
          <Button look="quiet" onClick={() => setShown(!isShown)}>
            {isShown ? T.waiting.hide : T.waiting.show}
          </Button>
        </div>
      </div>
      {usesPaper && <UsePaper onClose={() => setUsesPaper(false)} />}
    </section>
  );
}

/** A removed device that keeps reading. */
function Reading() {
  const { session } = useDevice();
  const { isBusy, problem, run } = useWork();
  const { status, devices } = session.getSnapshot();
  const name = devices?.me.name.name ?? T.kinds.device;
  return (
    <Notice
      tone="danger"
      icon="lock"
      title={status === "removed" ? T.locked.reading : T.locked.readingSuperseded}
      actions={
        <Button isBusy={isBusy} onClick={() => run(() => session.join({ name }))}>
          {T.locked.rejoin}
        </Button>
      }
    >
      <Problem>{problem}</Problem>
    </Notice>
  );
}

/** A device that was removed and joined again has the keys of what it was. */
function Reclaim() {
  const { session } = useDevice();
  const former = useSnapshot(session).reclaimable.at(-1);
  const { isBusy, problem, run } = useWork();
  const [isHidden, setHidden] = useState(false);
  if (!former || isHidden) return null;
  return (
    <Notice
      tone="warn"
      icon="shield"
      title={T.locked.reclaimTitle}
      actions={
        <>
          <Button look="main" isBusy={isBusy} onClick={() => run(() => session.reclaim(former.member))}>
            {T.locked.reclaimGo}
          </Button>
          <Button look="quiet" onClick={() => setHidden(true)}>
            {T.nudge.later}
          </Button>
        </>
      }
    >
      <p>{T.locked.reclaim(say(former.name))}</p>
      <Problem>{problem}</Problem>
    </Notice>
  );
}

function OneAsk({ ask }: { readonly ask: Ask }) {
  const { session } = useDevice();
  const { isBusy, problem, run } = useWork();
  const no = () => run(() => session.answer(ask.id, { say: "no" }));
  if (isEscrowAsk(ask)) return <UserEscrowAsk ask={ask} />;
  switch (ask.question) {
    case "standing":
      return null;
    case "prove-backup-key":
      return (
        <Notice
          tone="warn"
          icon="paper"
          title={T.backup.unproved}
          actions={
            <a class="button main" href="#/backup/prove">
              {T.backup.unprovedGo}
            </a>
          }
        />
      );
    case "interrupted":
      return (
        <Notice
          tone="warn"
          icon="alert"
          title={T.asks.interrupted}
          actions={
            <Button isBusy={isBusy} onClick={no}>
              {T.asks.ok}
            </Button>
          }
        >
          <p>{T.intents[ask.intent] ?? ask.intent}</p>
          <Problem>{problem}</Problem>
        </Notice>
      );
    case "copied":
      return (
        <Notice
          tone="danger"
          icon="alert"
          title={T.asks.copied}
          actions={
            <>
              <Button isBusy={isBusy} onClick={() => run(() => session.rekey())}>
                {T.asks.freshKeys}
              </Button>
              <Button isBusy={isBusy} onClick={no}>
                {T.asks.ok}
              </Button>
            </>
          }
        >
          <p>{T.asks.copiedLead}</p>
          <Problem>{problem}</Problem>
        </Notice>
      );
    case "contact-changed":
      return <ContactAsk change={ask.change} />;
    default:
      return (
        <Notice
          tone="warn"
          icon="alert"
          title={say(ask)}
          actions={
            <Button isBusy={isBusy} onClick={no}>
              {T.asks.ok}
            </Button>
          }
        >
          <Problem>{problem}</Problem>
        </Notice>
      );
  }
}
