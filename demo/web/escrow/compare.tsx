// Compares a fingerprint with one that comes by another way: read out, typed, or scanned. Never with what this device knows already.

import { useState } from "preact/hooks";
import { Camera } from "../camera.js";
import { useWork } from "../hooks.js";
import { Tabs } from "../tabs.js";
import { T } from "../texts.js";
import { Button, Field, Form, Notice, Problem } from "../ui.js";

/** What was found: a token only where all digits are the same. */
export interface Found<Token> {
  readonly token: Token | undefined;
  /** In words. */
  readonly words: string;
}

interface CompareDigitsProps<Token> {
  /** What to look at, and where the other digits are. */
  readonly lead: string;
  readonly label: string;
  readonly differs: string;
  readonly found: Found<Token> | undefined;
  readonly onFound: (found: Found<Token>) => void;
  readonly check: (shown: string) => Promise<Found<Token>>;
}

export function CompareDigits<Token>({ lead, label, differs, found, onFound, check }: CompareDigitsProps<Token>) {
  const { problem, isBusy, run } = useWork();
  const [way, setWay] = useState<"byText" | "byCamera">("byText");
  const [text, setText] = useState("");
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
      <Tabs
        label={T.compare.ways}
        tabs={(["byText", "byCamera"] as const).map((each) => [each, T.compare[each]] as const)}
        chosen={way}
        onChoose={setWay}
      >
        {way === "byCamera" ? (
          <Camera onRead={look} />
        ) : (
          <Form onSubmit={() => look(text)}>
            <Field label={label} value={text} onInput={setText} isCode rows={3} />
            <Button submits isBusy={isBusy} isOff={!text.trim()}>
              {T.compare.check}
            </Button>
          </Form>
        )}
      </Tabs>
      <Problem>{problem}</Problem>
    </div>
  );
}
