// The step-up: a code by mail, before pages and acts for which a stolen password must not be enough. The server guards them all; this
// only asks for the code.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { ApiError } from "../api.js";
import { useWork } from "../hooks.js";
import { portalTexts } from "../texts.js";
import { Button, Field, Form, Icon, Problem } from "../ui.js";
import * as portal from "./api.js";

const T = portalTexts.stepUp;

export interface StepUp {
  /** Until when this sign-in is confirmed; null when it is not, undefined while the server is asked. */
  readonly until: number | null | undefined;
  readonly confirmed: (until: number) => void;
  /** Call it when the server refuses for want of a step-up. */
  readonly lost: () => void;
}

/** Whether the server has a step-up of this sign-in. It ends by itself, on this page as on the server. */
export function useStepUp(): StepUp {
  const [until, setUntil] = useState<number | null>();
  useEffect(() => {
    portal.stepUp().then(setUntil, () => setUntil(null));
  }, []);
  useEffect(() => {
    if (!until) return;
    const timer = setTimeout(() => setUntil(null), Math.max(0, until - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);
  return { until, confirmed: setUntil, lost: useCallback(() => setUntil(null), []) };
}

/** Shows its children to a confirmed sign-in, and to others the way to confirm. */
export function StepUpGate({ children, lead }: { readonly children: ComponentChildren; readonly lead?: string }) {
  const { until, confirmed } = useStepUp();
  if (until === undefined) return <section aria-busy="true" />;
  if (until !== null) return <>{children}</>;
  return (
    <section class="card narrow step-up" aria-labelledby="step-up">
      <span class="roundel" aria-hidden="true">
        <Icon name="lock" />
      </span>
      <h1 id="step-up">{T.title}</h1>
      <p>{lead ?? T.lead}</p>
      <EnterCode onConfirmed={confirmed} />
    </section>
  );
}

/** Mails a code, and takes it. */
export function EnterCode({ onConfirmed }: { readonly onConfirmed: (until: number) => void }) {
  const { isBusy, problem, run } = useWork();
  const [isSent, setSent] = useState(false);
  const [code, setCode] = useState("");
  const [refused, setRefused] = useState<string>();
  const ask = (work: () => Promise<unknown>) =>
    run(async () => {
      setRefused(undefined);
      try {
        await work();
      } catch (error) {
        const words = error instanceof ApiError ? T.problems[error.reason ?? ""] : undefined;
        if (words === undefined) throw error;
        setRefused(words);
      }
    });
  const send = () =>
    ask(async () => {
      await portal.sendCode();
      setCode("");
      setSent(true);
    });
  const enter = () => ask(async () => onConfirmed(await portal.enterCode(code)));
  if (!isSent) {
    return (
      <>
        <Problem>{refused ?? problem}</Problem>
        <div class="actions start">
          <Button look="main" icon="mail" isBusy={isBusy} onClick={send}>
            {T.send}
          </Button>
        </div>
      </>
    );
  }
  return (
    <Form onSubmit={enter}>
      <p role="status">
        {T.sent}{" "}
        <a href="/portal#/mailbox" target="_blank" rel="noopener">
          {T.mailbox}
        </a>
      </p>
      <Field
        label={T.code}
        value={code}
        onInput={setCode}
        hint={T.hint}
        isCode
        maxLength={9}
        autocomplete="one-time-code"
      />
      <Problem>{refused ?? problem}</Problem>
      <div class="actions start">
        <Button look="main" submits isBusy={isBusy} isOff={code.replace(/\s/g, "").length !== 6}>
          {T.go}
        </Button>
        <Button look="quiet" isBusy={isBusy} onClick={send}>
          {T.again}
        </Button>
      </div>
    </Form>
  );
}
