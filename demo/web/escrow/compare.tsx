// Compares a fingerprint with one that comes by another way: read out, typed, or scanned.

import { useId, useState } from "preact/hooks";
import { Camera } from "../compare.js";
import { useWork } from "../hooks.js";
import { escrowTexts as E, T } from "../texts.js";
import { Button, Field, Form, Groups, Notice, Problem } from "../ui.js";

/** What was found: a token only where all digits are the same. */
export interface Found<Token> {
  readonly token: Token | undefined;
  /** In words. */
  readonly words: string;
}

interface CompareDigitsProps<Token> {
  /** What this device expects, 60 digits. */
  readonly expected: string;
  /** What to look at, and where the other digits are. */
  readonly lead: string;
  readonly mustSee: string;
  readonly label: string;
  readonly differs: string;
  readonly found: Found<Token> | undefined;
  readonly onFound: (found: Found<Token>) => void;
  readonly check: (shown: string) => Promise<Found<Token>>;
}

const WAYS = ["byText", "byEye", "byCamera"] as const;

export function CompareDigits<Token>(props: CompareDigitsProps<Token>) {
  const { expected, lead, mustSee, label, differs, found, onFound, check } = props;
  const { problem, isBusy, run } = useWork();
  const [way, setWay] = useState<(typeof WAYS)[number]>("byText");
  const [text, setText] = useState("");
  const id = useId();
  const look = (shown: string) => run(async () => onFound(await check(shown)));
  if (found?.token) {
    return (
      <Notice tone="good" icon="check" isLive>
        <p>{T.compare.matched}.</p>
      </Notice>
    );
  }
  return (
    <div class="compare">
      {found && (
        <Notice tone="danger" icon="alert" isLive>
          <p>{found.words}</p>
          <p>{differs}</p>
        </Notice>
      )}
      <p>{lead}</p>
      <div class="tabs" role="tablist" aria-label={T.compare.ways}>
        {WAYS.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`${id}-${each}`}
            aria-selected={way === each}
            aria-controls={`${id}-panel`}
            onClick={() => setWay(each)}
          >
            {T.compare[each]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${way}`} class="panel">
        {way === "byText" && (
          <Form onSubmit={() => look(text)}>
            <Field label={label} value={text} onInput={setText} isCode rows={3} />
            <Button submits isBusy={isBusy} isOff={!text.trim()}>
              {T.compare.check}
            </Button>
          </Form>
        )}
        {way === "byEye" && (
          <>
            <p>{mustSee}</p>
            <Groups text={expected} label={mustSee} />
            <div class="actions">
              <Button icon="check" isBusy={isBusy} onClick={() => look(expected)}>
                {T.compare.same}
              </Button>
              <Button look="quiet" onClick={() => onFound({ token: undefined, words: E.differ })}>
                {T.compare.differ}
              </Button>
            </div>
          </>
        )}
        {way === "byCamera" && <Camera onRead={look} />}
      </div>
      <Problem>{problem}</Problem>
    </div>
  );
}
