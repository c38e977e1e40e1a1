// Makes a backup key in three steps: it gets a name, is shown, and is proved to be on paper. The same for a user's key and for escrow's.

import type { ShownPaper, ShowPaper } from "keystead/client";
import { englishSheet, recoverySheet } from "keystead/recovery-sheet";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useDevice, useWork } from "./hooks.js";
import { T } from "./texts.js";
import { Button, CopyButton, Dialog, Field, Form, Groups, Icon, Notice, Problem, Qr } from "./ui.js";

interface MakePaperProps {
  readonly texts: {
    readonly title: string;
    readonly lead: string;
    readonly nameDefault: string;
    readonly nameHint: string;
    readonly doneTitle: string;
    readonly done: string;
  };
  /** Whose key it is, where it is not that of the user's own mail. */
  readonly account?: string;
  /** An earlier key waits for its proof. */
  readonly isUnproved: boolean;
  /** Makes a key, or shows again the one that was not proved. @throws `BACKUP_KEY_INVALID` when what was typed is wrong */
  readonly act: (show: ShowPaper, name: string, isAgain: boolean) => Promise<void>;
  readonly onClose: () => void;
  /** What the first step says of this key. */
  readonly children?: ComponentChildren;
}

/** What the session shows, and how the user answers it. */
interface Showing {
  readonly paper: ShownPaper;
  readonly answer: (typed: readonly [string, string] | "cancel") => void;
  /** How often it was shown: more than once when what was typed was wrong. Each time it asks for other groups. */
  readonly round: number;
}

const STEPS = ["name", "write", "prove", "done"] as const;

export function MakePaper({ texts, account, isUnproved, act, onClose, children }: MakePaperProps) {
  const { isBusy, problem, run } = useWork();
  const [isResumed] = useState(isUnproved);
  const [name, setName] = useState(texts.nameDefault);
  const [showing, setShowing] = useState<Showing>();
  const [step, setStep] = useState<(typeof STEPS)[number]>("name");
  const show: ShowPaper = (paper) =>
    new Promise((answer) => {
      setShowing((before) => ({ paper, answer, round: (before?.round ?? 0) + 1 }));
      setStep((now) => (now === "prove" ? "prove" : "write"));
    });
  /** Shows the key until it is proved or given up: what was typed wrong is asked for again. */
  const go = (isAgain: boolean) =>
    run(async () => {
      for (let again = isAgain; ; again = true) {
        try {
          await act(show, name.trim(), again);
          return setStep("done");
        } catch (error) {
          if ((error as { code?: string }).code === "BACKUP_KEY_INVALID") continue;
          setStep("name");
          throw error;
        }
      }
    });
  useEffect(() => {
    if (isResumed) void go(true);
  }, []);
  return (
    <Dialog title={step === "done" ? texts.doneTitle : texts.title} onClose={onClose} isWide>
      <Steps at={STEPS.indexOf(step)} />
      {step === "name" && !isResumed && (
        <Form onSubmit={() => go(false)}>
          <p>{texts.lead}</p>
          <Field label={T.make.name} value={name} onInput={setName} hint={texts.nameHint} maxLength={60} />
          {children}
          <footer>
            <Button onClick={onClose}>{T.cancel}</Button>
            <Button look="main" submits isBusy={isBusy} isOff={!name.trim()}>
              {T.make.go}
            </Button>
          </footer>
        </Form>
      )}
      {step === "write" && showing && (
        <Written
          paper={showing.paper}
          account={account}
          onHave={() => setStep("prove")}
          onCancel={() => {
            showing.answer("cancel");
            onClose();
          }}
        />
      )}
      {step === "prove" && showing && (
        <Prove
          key={showing.round}
          paper={showing.paper}
          isWrong={showing.round > 1}
          onTyped={showing.answer}
          onAgain={() => setStep("write")}
        />
      )}
      {step === "done" && (
        <>
          <Notice tone="good" icon="check" isLive>
            <p>{texts.done}</p>
          </Notice>
          <footer>
            <Button look="main" onClick={onClose}>
              {T.close}
            </Button>
          </footer>
        </>
      )}
      <Problem>{problem}</Problem>
    </Dialog>
  );
}

function Steps({ at }: { readonly at: number }) {
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

interface WrittenProps {
  readonly paper: ShownPaper;
  /** Whose key it is, where it is not that of the user's own mail. */
  readonly account: string | undefined;
  readonly onHave: () => void;
  readonly onCancel: () => void;
}

function Written({ paper, account, onHave, onCancel }: WrittenProps) {
  const { me, session } = useDevice();
  const since = account === undefined ? session.getSnapshot().devices?.me.access : undefined;
  const whose = account ?? `${me.name} (${me.account})`;
  const { svg } = recoverySheet(
    {
      ...{ key: paper.text, account: whose, service: me.organisation, made: new Date() },
      since: since && since.epoch > 1 ? since.since : undefined,
    },
    { ...englishSheet, names: { ...englishSheet.names, named: T.make.begins } },
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
  /** What was typed before was wrong. */
  readonly isWrong: boolean;
  readonly onTyped: (typed: readonly [string, string]) => void;
  readonly onAgain: () => void;
}

function Prove({ paper, isWrong, onTyped, onAgain }: ProveProps) {
  const [first, setFirst] = useState("");
  const [second, setSecond] = useState("");
  const [one, two] = paper.prove;
  return (
    <Form onSubmit={() => onTyped([first, second])}>
      <p>{T.make.proveLead}</p>
      <div class="pair">
        <Field label={T.make.group(one)} value={first} onInput={setFirst} isCode maxLength={6} isFocused />
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
