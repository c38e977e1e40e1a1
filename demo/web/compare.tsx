// Compares a device with the one that the user has in hand: by seven digits that both show, by what it shows as text, or by its QR code.

import type { DeviceComparison, MemberId } from "keystead";
import type { DigitsComparison } from "keystead/client";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Camera } from "./camera.js";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { Tabs } from "./tabs.js";
import { say, T } from "./texts.js";
import { Button, Field, Form, Notice, Problem } from "./ui.js";

/** What a comparison found. */
export interface Compared {
  readonly token: DeviceComparison["token"];
  /** In words. */
  readonly words: string;
}

interface CompareProps {
  readonly member: MemberId;
  readonly name: string;
  readonly compared: Compared | undefined;
  readonly onCompared: (result: Compared) => void;
}

const MISMATCH = { code: "comparison-mismatch", status: "mismatch", token: undefined } as const;

type Way = "byDigits" | "byText" | "byCamera";

export function Compare({ member, name, compared, onCompared }: CompareProps) {
  const { session } = useDevice();
  useSnapshot(session);
  const { problem, run } = useWork();
  const [way, setWay] = useState<Way>("byDigits");
  const check = (shown: string) =>
    run(async () => {
      await session.sync();
      const result = session.compare(shown, member);
      onCompared({ token: result.token, words: say(result) });
    });
  if (compared?.token) {
    return (
      <Notice tone="good" icon="check" isLive>
        <p>
          {T.compare.matched}. {compared.words}
        </p>
      </Notice>
    );
  }
  return (
    <div class="compare">
      {compared && (
        <Notice tone="danger" icon="alert" isLive>
          <p>{compared.words}</p>
          <p>{T.compare.differs(name)}</p>
        </Notice>
      )}
      <p>{T.compare.lead(name)}</p>
      <Tabs
        label={T.compare.ways}
        tabs={(["byDigits", "byText", "byCamera"] as const).map((each) => [each, T.compare[each]] as const)}
        chosen={way}
        onChoose={setWay}
      >
        {way === "byDigits" ? (
          <Digits member={member} name={name} onCompared={onCompared} />
        ) : (
          <Given way={way} onGiven={check} />
        )}
      </Tabs>
      <Problem>{problem}</Problem>
    </div>
  );
}

interface GivenProps {
  readonly way: "byText" | "byCamera";
  readonly onGiven: (text: string) => unknown;
  /** Names the field. */
  readonly label?: string;
}

/** What the other side shows, typed or scanned: never what this device knows already. */
export function Given({ way, onGiven, label = T.compare.text }: GivenProps) {
  const [text, setText] = useState("");
  if (way === "byCamera") return <Camera onRead={onGiven} />;
  return (
    <Form onSubmit={() => onGiven(text)}>
      <Field label={label} value={text} onInput={setText} isCode rows={3} hint={T.compare.textHint} />
      <div class="actions">
        <Button submits isOff={!text.trim()}>
          {T.compare.check}
        </Button>
      </div>
    </Form>
  );
}

interface DigitsProps {
  readonly member: MemberId;
  readonly name: string;
  readonly onCompared: (result: Compared) => void;
}

/** Both devices are online: they make seven digits together, and the user sees whether these are equal. */
function Digits({ member, name, onCompared }: DigitsProps) {
  const { session } = useDevice();
  const { isBusy, problem, run } = useWork();
  const [comparison, setComparison] = useState<DigitsComparison>();
  const under = useUnderWay();
  const begin = () =>
    run(async () => {
      setComparison(undefined);
      setComparison(await under.begin((signal) => session.compareDigits(member, { signal })));
    });
  if (comparison) {
    const answer = (isSame: boolean) => {
      const result = isSame ? comparison.check(comparison.digits) : MISMATCH;
      setComparison(undefined);
      onCompared({ token: result.token, words: say(result) });
    };
    return (
      <>
        <p>{T.digits.question(name)}</p>
        <output class="seven" aria-label={T.digits.here}>
          {comparison.digits}
        </output>
        <div class="actions">
          <Button look="main" icon="check" onClick={() => answer(true)}>
            {T.digits.same}
          </Button>
          <Button look="quiet" onClick={() => answer(false)}>
            {T.digits.differ}
          </Button>
        </div>
      </>
    );
  }
  return (
    <>
      <p>{T.digits.lead(name)}</p>
      <div class="actions">
        <Button look="main" isBusy={isBusy} onClick={begin}>
          {T.digits.begin}
        </Button>
        {isBusy && (
          <Button look="quiet" onClick={under.end}>
            {T.cancel}
          </Button>
        )}
      </div>
      {isBusy && <p role="status">{T.digits.waiting(name)}</p>}
      {!isBusy && <Problem>{problem}</Problem>}
    </>
  );
}

interface OwnDigitsProps {
  readonly onBegin: () => void;
  /** The other ways, beside this one. */
  readonly children: ComponentChildren;
}

/** On the device that waits: shows seven digits once the other one has begun. */
export function OwnDigits({ onBegin, children }: OwnDigitsProps) {
  const { session } = useDevice();
  const { isBusy, problem, run } = useWork();
  const [digits, setDigits] = useState<string>();
  const under = useUnderWay();
  const begin = () =>
    run(async () => {
      setDigits(undefined);
      onBegin();
      setDigits(await under.begin((signal) => session.showDigits({ signal })));
    });
  return (
    <div class="own-digits">
      {digits && (
        <>
          <p>{T.digits.compareThere}</p>
          <output class="seven" aria-label={T.digits.here}>
            {digits}
          </output>
        </>
      )}
      {isBusy && <p role="status">{T.digits.waitingHere}</p>}
      <div class="actions">
        {isBusy ? (
          <Button look="quiet" onClick={under.end}>
            {T.cancel}
          </Button>
        ) : (
          <Button look={digits ? "quiet" : "main"} onClick={begin}>
            {digits ? T.digits.again : T.digits.show}
          </Button>
        )}
        {children}
      </div>
      {!isBusy && <Problem>{problem}</Problem>}
    </div>
  );
}

/** A comparison that is under way ends with its screen, or by the user: then it gives nothing, and is no failure. */
function useUnderWay() {
  const current = useRef<AbortController | undefined>(undefined);
  const end = () => current.current?.abort();
  useEffect(() => end, []);
  const begin = async <T,>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> => {
    end();
    const over = new AbortController();
    current.current = over;
    try {
      return await work(over.signal);
    } catch (error) {
      if (over.signal.aborted) return undefined;
      throw error;
    }
  };
  return { begin, end };
}
