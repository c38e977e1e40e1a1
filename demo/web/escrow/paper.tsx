// The backup keys of escrow: the one without which escrow cannot be enabled, and more for other places.

import type { ShownPaper, ShowPaper } from "keystead/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { Prove, Steps, Written } from "../backup.js";
import { useDevice, useWork } from "../hooks.js";
import { escrowTexts as E, explain, T } from "../texts.js";
import { Button, Dialog, Field, Form, Notice, Problem } from "../ui.js";
import { useDesk } from "./desk.js";

interface Showing {
  readonly paper: ShownPaper;
  readonly answer: (typed: readonly [string, string] | "cancel") => void;
}

interface PaperProps {
  /** `enable`: escrow is enabled once the key is proved, and not before. */
  readonly what: "enable" | "another";
  /** An earlier key waits for its proof. */
  readonly isUnproved: boolean;
  readonly onClose: () => void;
}

export function EscrowPaper({ what, isUnproved, onClose }: PaperProps) {
  const { me } = useDevice();
  const { session } = useDesk();
  const { isBusy, run } = useWork();
  const [name, setName] = useState<string>(E.paper.names[what]);
  const [showing, setShowing] = useState<Showing>();
  const [step, setStep] = useState<"name" | "write" | "prove" | "done">("name");
  const [isWrong, setWrong] = useState(false);
  const [problem, setProblem] = useState<string>();
  const isBegun = useRef(false);
  const texts = E.paper[what];
  const show: ShowPaper = (paper) =>
    new Promise((answer) => {
      setShowing({ paper, answer });
      setStep((now) => (now === "prove" ? "prove" : "write"));
    });
  const act = (isAgain: boolean) => {
    if (what === "enable") return session.enable(show, { name: name.trim() });
    return isAgain ? session.proveBackupKey(show) : session.createBackupKey(show, { name: name.trim() });
  };
  /** Until the key is proved or given up: what was typed wrong is asked for again. */
  const go = (isAgain = false) =>
    run(async () => {
      for (let again = isAgain; ; again = true) {
        try {
          await act(again);
          setStep("done");
          return;
        } catch (error) {
          const { code } = error as { code?: string };
          if (code !== "BACKUP_KEY_INVALID") {
            setProblem(code === "NOT_PERMITTED" ? E.paper.notEnabled : explain(error));
            setShowing(undefined);
            setStep("name");
            return;
          }
          setWrong(true);
        }
      }
    });
  useEffect(() => {
    if (!isUnproved || isBegun.current) return;
    isBegun.current = true;
    void go(true);
  }, []);
  const cancel = () => {
    showing?.answer("cancel");
    if (what === "another") onClose();
  };
  return (
    <Dialog
      title={step === "done" ? texts.doneTitle : texts.title}
      onClose={() => {
        if (step === "write" || step === "prove") cancel();
        onClose();
      }}
      isWide
    >
      <Steps at={{ name: 0, write: 1, prove: 2, done: 3 }[step]} />
      {step === "name" && (
        <Form onSubmit={() => go()}>
          <p>{texts.lead}</p>
          <Field label={T.make.name} value={name} onInput={setName} hint={E.paper.nameHint} maxLength={60} />
          <Problem>{problem}</Problem>
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
          account={E.paper.account(me.site.name)}
          onHave={() => setStep("prove")}
          onCancel={cancel}
        />
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
            <p>{texts.done}</p>
          </Notice>
          <footer>
            <Button look="main" onClick={onClose}>
              {T.close}
            </Button>
          </footer>
        </>
      )}
    </Dialog>
  );
}
