// The step-up: a code by mail, before pages and acts for which a stolen password must not be enough. The server guards them all; this
// only asks for the code.

import { type ComponentChildren, createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api.js";
import { useWork, type Work } from "../hooks.js";
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

/** The step-up of a page, for the acts on it. */
export const StepUpContext = createContext<StepUp | undefined>(undefined);

function usePageStepUp(): StepUp {
  const stepUp = useContext(StepUpContext);
  if (!stepUp) throw new Error("there is no step-up here");
  return stepUp;
}

/** Work for which the server wants a step-up: where it has none any more, the page asks for a code again. */
export function useConfirmedWork(): Work {
  const { lost } = usePageStepUp();
  const { run: runAny, ...work } = useWork();
  const run = useCallback(
    (act: () => Promise<unknown>) =>
      runAny(async () => {
        try {
          await act();
        } catch (error) {
          if (error instanceof ApiError && error.reason === "step-up") lost();
          throw error;
        }
      }),
    [lost, runAny],
  );
  return { ...work, run };
}

/** The end of a dialog: its buttons for a confirmed sign-in, and before that the code. */
export function Confirmed({ children }: { readonly children: ComponentChildren }) {
  const { until, confirmed } = usePageStepUp();
  const [wasAsked, setWasAsked] = useState(!until);
  const ref = useRef<HTMLDivElement>(null);
  const isConfirmed = Boolean(until);
  // The field that had the focus is gone: the buttons are next.
  useEffect(() => {
    if (!isConfirmed) setWasAsked(true);
    else if (wasAsked) ref.current?.focus();
  }, [isConfirmed, wasAsked]);
  if (isConfirmed) {
    return (
      <div class="confirmed" ref={ref} tabIndex={-1}>
        {children}
      </div>
    );
  }
  return (
    <section class="step-up inset" aria-labelledby="confirm">
      <h3 id="confirm">{T.title}</h3>
      <p class="muted">{T.lead}</p>
      <EnterCode onConfirmed={confirmed} />
    </section>
  );
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
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isSent) ref.current?.querySelector("input")?.focus();
  }, [isSent]);
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
      <div ref={ref}>
        <Field
          label={T.code}
          value={code}
          onInput={setCode}
          hint={T.hint}
          isCode
          maxLength={9}
          autocomplete="one-time-code"
        />
      </div>
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
