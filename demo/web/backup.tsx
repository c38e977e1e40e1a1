// Backup keys: make one, prove that it is on paper, check one, use one.

import type { ShownPaper } from "keystead/client";
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";
import { useEffect, useRef, useState } from "preact/hooks";
import { Row } from "./devices.js";
import { usePapersAllowed } from "./escrow/user.js";
import { useDevice, useScreen, useSnapshot, useWork } from "./hooks.js";
import { day, escrowTexts, nameOf, T } from "./texts.js";
import { Button, CopyButton, Dialog, Field, Form, Groups, Icon, Notice, Problem, Qr } from "./ui.js";
import { PaperField, UsePaper } from "./use-paper.js";

export function Backup() {
  const { session } = useDevice();
  const { devices, status, asks } = useSnapshot(session);
  const screen = useScreen();
  const [open, setOpen] = useState<"make" | "drill" | "use">();
  const isAllowed = usePapersAllowed();
  const papers = devices?.members.filter(({ kind, removed }) => kind === "backup" && !removed) ?? [];
  const isUnproved = asks.some(({ question }) => question === "prove-backup-key");
  useEffect(() => {
    if (screen === "backup/new" || (screen === "backup/prove" && isUnproved)) setOpen("make");
  }, [screen, isUnproved]);
  const close = () => {
    setOpen(undefined);
    location.hash = "#/backup";
  };
  return (
    <>
      <h1>{T.backup.title}</h1>
      <p class="lead">{T.backup.lead}</p>
      <div class="actions start">
        {status === "ready" && isAllowed && (
          <Button look="main" icon="plus" onClick={() => setOpen("make")}>
            {T.backup.make}
          </Button>
        )}
        {status === "waiting" && (
          <Button look="main" icon="paper" onClick={() => setOpen("use")}>
            {T.backup.use}
          </Button>
        )}
        {papers.length > 0 && <Button onClick={() => setOpen("drill")}>{T.backup.drill}</Button>}
      </div>
      {!isAllowed ? (
        <Notice tone="calm" icon="paper">
          <p>{escrowTexts.user.forbidsPapers}</p>
        </Notice>
      ) : papers.length === 0 ? (
        <Notice tone="warn" icon="paper">
          <p>{T.backup.none}</p>
        </Notice>
      ) : (
        <section aria-labelledby="papers">
          <h2 id="papers">{T.backup.yours}</h2>
          <ul class="list">
            {papers.map((paper) => (
              <Row key={paper.member} device={paper} />
            ))}
          </ul>
        </section>
      )}
      {open === "make" && <Make isUnproved={isUnproved} onClose={close} />}
      {open === "drill" && <Drill onClose={close} />}
      {open === "use" && <UsePaper onClose={close} />}
    </>
  );
}

/** What the session shows, and how the user answers it. */
interface Showing {
  readonly paper: ShownPaper;
  readonly answer: (typed: readonly [string, string] | "cancel") => void;
}

function Make({ isUnproved, onClose }: { readonly isUnproved: boolean; readonly onClose: () => void }) {
  const { session } = useDevice();
  const { isBusy, problem, run } = useWork();
  const [name, setName] = useState<string>(T.make.nameDefault);
  const [showing, setShowing] = useState<Showing>();
  const [step, setStep] = useState<"name" | "write" | "prove" | "done">("name");
  const [isWrong, setWrong] = useState(false);
  const isBegun = useRef(false);
  const show = (paper: ShownPaper) =>
    new Promise<readonly [string, string] | "cancel">((answer) => {
      setShowing({ paper, answer });
      setStep((now) => (now === "prove" ? "prove" : "write"));
    });
  /** Shows the key until it is proved or given up: what was typed wrong is asked for again. */
  const proved = async (first: () => Promise<void>) => {
    let act = first;
    for (;;) {
      try {
        await act();
        break;
      } catch (error) {
        if ((error as { code?: string }).code !== "BACKUP_KEY_INVALID") throw error;
        setWrong(true);
        act = () => session.proveBackupKey(show);
      }
    }
    const isKept = !session.getSnapshot().asks.some(({ question }) => question === "prove-backup-key");
    if (isKept) setStep("done");
  };
  const go = () => run(() => proved(() => session.createBackupKey(show, { name: name.trim() })));
  useEffect(() => {
    if (!isUnproved || isBegun.current) return;
    isBegun.current = true;
    void run(() => proved(() => session.proveBackupKey(show)));
  }, []);
  const cancel = () => {
    showing?.answer("cancel");
    onClose();
  };
  return (
    <Dialog title={step === "done" ? T.make.doneTitle : T.make.title} onClose={onClose} isWide>
      <Steps at={{ name: 0, write: 1, prove: 2, done: 3 }[step]} />
      {step === "name" && !isUnproved && (
        <Naming {...{ name, isBusy, problem }} onName={setName} onGo={go} onClose={onClose} />
      )}
      {step === "write" && showing && (
        <Written paper={showing.paper} onHave={() => setStep("prove")} onCancel={cancel} />
      )}
      {step === "prove" && showing && (
        <Prove
          paper={showing.paper}
          isWrong={isWrong}
          onTyped={(typed) => {
            setWrong(false);
            showing.answer(typed);
          }}
          onAgain={() => setStep("write")}
        />
      )}
      {step === "done" && (
        <>
          <Notice tone="good" icon="check" isLive>
            <p>{T.make.done}</p>
          </Notice>
          <footer>
            <Button look="main" onClick={onClose}>
              {T.close}
            </Button>
          </footer>
        </>
      )}
      {step !== "name" && <Problem>{problem}</Problem>}
    </Dialog>
  );
}

export function Steps({ at }: { readonly at: number }) {
  return (
    <ol class="steps">
      {T.make.steps.map((name, step) => (
        <li key={name} class={step < at ? "done" : ""} aria-current={step === at ? "step" : undefined}>
          {step < at ? <Icon name="check" /> : <span class="number">{step + 1}</span>}
          {name}
        </li>
      ))}
    </ol>
  );
}

interface NamingProps {
  readonly name: string;
  readonly isBusy: boolean;
  readonly problem: string | undefined;
  readonly onName: (name: string) => void;
  readonly onGo: () => unknown;
  readonly onClose: () => void;
}

function Naming({ name, isBusy, problem, onName, onGo, onClose }: NamingProps) {
  const { session } = useDevice();
  const { devices } = useSnapshot(session);
  const mine = devices?.me.access;
  const older = devices?.members.find(
    ({ kind, removed, access }) => kind === "device" && !removed && access && mine && access.epoch < mine.epoch,
  );
  return (
    <Form onSubmit={onGo}>
      <p>{T.backup.lead}</p>
      <Field label={T.make.name} value={name} onInput={onName} hint={T.make.nameHint} maxLength={60} />
      {mine && <p>{T.make.since(day(mine.since))}</p>}
      {older?.access && (
        <Notice tone="warn" icon="alert">
          <p>{T.make.older(nameOf(older.name), day(older.access.since))}</p>
        </Notice>
      )}
      <Problem>{problem}</Problem>
      <footer>
        <Button onClick={onClose}>{T.cancel}</Button>
        <Button look="main" submits isBusy={isBusy} isOff={!name.trim()}>
          {T.make.go}
        </Button>
      </footer>
    </Form>
  );
}

interface WrittenProps {
  readonly paper: ShownPaper;
  /** Whose key it is, where it is not that of the user's own mail. */
  readonly account?: string;
  readonly onHave: () => void;
  readonly onCancel: () => void;
}

export function Written({ paper, account, onHave, onCancel }: WrittenProps) {
  const { me, session } = useDevice();
  const since = account === undefined ? session.getSnapshot().devices?.me.access : undefined;
  const whose = account ?? `${me.name} (${me.account})`;
  const { svg } = recoverySheet(
    {
      ...{ key: paper.text, account: whose, service: me.organisation, made: new Date() },
      since: since && since.epoch > 1 ? since.since : undefined,
    },
    englishSheet,
  );
  const [sheet, setSheet] = useState<string>();
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    setSheet(url);
    return () => URL.revokeObjectURL(url);
  }, [svg]);
  return (
    <>
      <p>{T.make.write}</p>
      <div class="paper">
        <Groups text={paper.text} label={T.make.key} />
        <Qr text={paper.text} label={T.make.qr} />
      </div>
      <div class="actions start">
        <Button icon="print" onClick={() => print()}>
          {T.make.print}
        </Button>
        <CopyButton text={paper.text} />
      </div>
      {/* Only the printer sees it. */}
      {sheet && <img class="sheet" src={sheet} alt="" />}
      <footer>
        <Button look="quiet" onClick={onCancel}>
          {T.make.cancel}
        </Button>
        <Button look="main" onClick={onHave}>
          {T.make.have}
        </Button>
      </footer>
    </>
  );
}

interface ProveProps {
  readonly paper: ShownPaper;
  readonly isWrong: boolean;
  readonly onTyped: (typed: readonly [string, string]) => void;
  readonly onAgain: () => void;
}

export function Prove({ paper, isWrong, onTyped, onAgain }: ProveProps) {
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [one, two] = paper.prove;
  return (
    <Form onSubmit={() => onTyped([first, second])}>
      <p>{T.make.proveLead}</p>
      <div class="pair">
        <Field label={T.make.group(one)} value={first} onInput={setFirst} isCode maxLength={6} />
        <Field label={T.make.group(two)} value={second} onInput={setSecond} isCode maxLength={6} />
      </div>
      <Problem>{isWrong ? T.make.wrong : undefined}</Problem>
      <footer>
        <Button look="quiet" icon="back" onClick={onAgain}>
          {T.make.again}
        </Button>
        <Button look="main" submits isOff={!first.trim() || !second.trim()}>
          {T.make.prove}
        </Button>
      </footer>
    </Form>
  );
}

function Drill({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState("");
  return (
    <Dialog title={T.drill.title} onClose={onClose} isWide>
      <p>{T.drill.lead}</p>
      <PaperField text={text} onText={setText} />
      <footer>
        <Button onClick={onClose}>{T.close}</Button>
      </footer>
    </Dialog>
  );
}
