// What the escrow log asks of an admin.

import type { EscrowSnapshot } from "keystead/escrow-client";
import { useWork } from "../hooks.js";
import { day, escrowTexts as E, say, T } from "../texts.js";
import { Button, Notice, Problem } from "../ui.js";
import { useDesk, useEscrow } from "./desk.js";

type AdminAsk = EscrowSnapshot["asks"][number];

export function EscrowAsks({ onPaper }: { readonly onPaper: () => void }) {
  const { asks } = useEscrow();
  return (
    <div class="asks">
      {asks.map((ask) => (
        <OneAsk key={ask.id} ask={ask} onPaper={onPaper} />
      ))}
    </div>
  );
}

function OneAsk({ ask, onPaper }: { readonly ask: AdminAsk; readonly onPaper: () => void }) {
  const { session, people } = useDesk();
  const { openActs } = useEscrow();
  const { isBusy, problem, run } = useWork();
  const no = () => run(() => session.answer(ask.id, { say: "no" }));
  switch (ask.question) {
    // The page has them in their places.
    case "escrow-needs":
    case "admit":
    case "publish-fingerprint":
    case "standing":
      return null;
    case "prove-backup-key":
      return (
        <Notice
          tone="warn"
          icon="paper"
          title={T.backup.unproved}
          actions={
            <Button look="main" onClick={onPaper}>
              {T.backup.unprovedGo}
            </Button>
          }
        />
      );
    case "second-backup-key":
      return (
        <Notice
          tone="calm"
          icon="paper"
          title={E.asks.second}
          actions={
            <>
              <Button onClick={onPaper}>{E.devices.anotherPaper}</Button>
              <Button look="quiet" isBusy={isBusy} onClick={no}>
                {T.nudge.later}
              </Button>
            </>
          }
        >
          <p>{E.asks.secondLead}</p>
          <Problem>{problem}</Problem>
        </Notice>
      );
    case "open-act": {
      const open = openActs.find(({ seq }) => seq === ask.act);
      const who = (ask.user && people.get(ask.user)?.name) ?? E.records.somebody;
      return (
        <Notice
          tone="warn"
          icon="alert"
          title={E.asks.openAct(who)}
          actions={
            <>
              <Button isBusy={isBusy} onClick={() => run(() => session.finish(ask.act))}>
                {E.asks.finish}
              </Button>
              <Button look="quiet" isBusy={isBusy} onClick={() => run(() => session.disown([ask.act]))}>
                {E.asks.disown}
              </Button>
            </>
          }
        >
          {open && <p>{[open.reason, day(open.when)].filter(Boolean).join(" · ")}</p>}
          <Problem>{problem}</Problem>
        </Notice>
      );
    }
    case "disown":
      return (
        <Notice
          tone="warn"
          icon="alert"
          title={say(ask)}
          actions={
            <>
              <Button isBusy={isBusy} onClick={() => run(() => session.answer(ask.id, { say: "yes" }))}>
                {E.asks.disown}
              </Button>
              <Button look="quiet" isBusy={isBusy} onClick={no}>
                {T.nudge.later}
              </Button>
            </>
          }
        >
          <Problem>{problem}</Problem>
        </Notice>
      );
    default:
      return (
        <Notice
          tone="warn"
          icon="alert"
          title={
            ask.question === "interrupted"
              ? T.asks.interrupted
              : ask.question === "copied"
                ? T.asks.copied
                : ask.question === "contact-changed"
                  ? ""
                  : say(ask)
          }
          actions={
            <Button isBusy={isBusy} onClick={no}>
              {T.asks.ok}
            </Button>
          }
        >
          {ask.question === "interrupted" && <p>{E.intents[ask.intent] ?? T.intents[ask.intent] ?? ask.intent}</p>}
          <Problem>{problem}</Problem>
        </Notice>
      );
  }
}
