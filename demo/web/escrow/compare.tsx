// Compares a fingerprint with one that comes by another way: read out, typed, or scanned. Never with what this device knows already.

import { useState } from "preact/hooks";
import { Given } from "../compare.js";
import { useWork } from "../hooks.js";
import { Tabs } from "../tabs.js";
import { T } from "../texts.js";
import { Notice, Problem } from "../ui.js";

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

const WAYS = ["byText", "byCamera"] as const;

export function CompareDigits<Token>(props: CompareDigitsProps<Token>) {
  const { lead, label, differs, found, onFound, check } = props;
  const { problem, run } = useWork();
  const [way, setWay] = useState<(typeof WAYS)[number]>("byText");
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
        tabs={WAYS.map((each) => [each, T.compare[each]] as const)}
        chosen={way}
        onChoose={setWay}
      >
        <Given way={way} label={label} onGiven={look} />
      </Tabs>
      <Problem>{problem}</Problem>
    </div>
  );
}
