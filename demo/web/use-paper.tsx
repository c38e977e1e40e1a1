// A backup key that is typed from its paper: checked while it is typed, with what was corrected.

import type { CheckedBackupKey } from "keystead";
import { explainCorrections } from "keystead/audit";
import type { Session } from "keystead/client";
import { useMemo, useState } from "preact/hooks";
import { Camera } from "./camera.js";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { Tabs } from "./tabs.js";
import { day, nameOf, T, words } from "./texts.js";
import { Button, Dialog, Ending, Field, Form, Notice } from "./ui.js";

const LENGTH = 36;
const WAYS = ["byText", "byCamera"] as const;

type Typed = { readonly left: number } | { readonly found: CheckedBackupKey } | "wrong";

/** What a text is so far. */
function read(session: Session, text: string): Typed {
  const count = text.replace(/[\s-]/g, "").length;
  if (count < LENGTH - 1 || count > LENGTH + 1) return { left: LENGTH - count };
  try {
    return { found: session.checkBackupKey(text) };
  } catch {
    return count < LENGTH ? { left: LENGTH - count } : "wrong";
  }
}

export function PaperField({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const { session } = useDevice();
  const [way, setWay] = useState<(typeof WAYS)[number]>("byText");
  const typed = useMemo(() => read(session, text), [session, text]);
  const scanned = (shown: string) => {
    onText(shown);
    setWay("byText");
  };
  return (
    <>
      <Tabs
        label={T.usePaper.ways}
        tabs={WAYS.map((each) => [each, T.compare[each]] as const)}
        chosen={way}
        onChoose={setWay}
      >
        {way === "byCamera" ? (
          <Camera onRead={scanned} missing={T.usePaper.noCamera} />
        ) : (
          <Field
            label={T.usePaper.text}
            value={text}
            onInput={onText}
            isCode
            rows={2}
            hint={
              typed !== "wrong" && "left" in typed
                ? typed.left >= 0
                  ? T.usePaper.left(typed.left)
                  : T.usePaper.tooMany(-typed.left)
                : undefined
            }
          />
        )}
      </Tabs>
      <div role="status">
        {typed === "wrong" && <Notice tone="danger" icon="alert" title={T.usePaper.wrong} />}
        {typed !== "wrong" && "found" in typed && <Found found={typed.found} />}
      </div>
    </>
  );
}

function Found({ found }: { readonly found: CheckedBackupKey }) {
  const { name, standing, access, corrections } = found;
  const corrected = explainCorrections(corrections, words);
  return (
    <Notice tone={standing === "active" ? "good" : "warn"} icon="paper" title={T.usePaper.found(nameOf(name))}>
      <p>
        {standing === "removed"
          ? T.usePaper.removedKey
          : access
            ? T.usePaper.reads(day(access.since))
            : T.usePaper.readsOld}
      </p>
      {corrected.length > 0 && (
        <>
          <h3>{T.usePaper.corrected}</h3>
          <ul class="bullets">
            {corrected.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  );
}

/** On a new device: the paper approves it, and removes what was lost in the same link. */
export function UsePaper({ onClose }: { readonly onClose: () => void }) {
  const { me, session } = useDevice();
  const { devices } = useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const [text, setText] = useState("");
  const [lost, setLost] = useState<ReadonlySet<string>>(new Set());
  const typed = read(session, text);
  const found = typed !== "wrong" && "found" in typed ? typed.found : undefined;
  const others = (devices?.members ?? []).filter(
    ({ kind, removed, member }) => kind === "device" && !removed && member !== devices?.me.member,
  );
  const go = async () => {
    const remove = others.flatMap(({ member }) => (lost.has(member) ? [member] : []));
    if (await run(() => session.useBackupKey(text, { remove }))) onClose();
  };
  return (
    <Dialog title={T.usePaper.title} onClose={onClose} isWide>
      <p>{T.usePaper.lead}</p>
      {me.papers.map((paper) => (
        <p class="made" key={paper.text}>
          <span class="muted">{T.usePaper.made(paper.name)}</span>
          <Button look="quiet" icon="copy" onClick={() => setText(paper.text)}>
            {T.usePaper.madeGo}
          </Button>
        </p>
      ))}
      <Form onSubmit={go}>
        <PaperField text={text} onText={setText} />
        {found?.standing === "active" && others.length > 0 && (
          <fieldset class="lost">
            <legend>{T.usePaper.lostTitle}</legend>
            <p class="hint">{T.usePaper.lostLead}</p>
            {others.map(({ member, name, added }) => (
              <label class="check" key={member}>
                <input
                  type="checkbox"
                  checked={lost.has(member)}
                  onChange={({ currentTarget: { checked } }) => {
                    const next = new Set(lost);
                    if (checked) next.add(member);
                    else next.delete(member);
                    setLost(next);
                  }}
                />
                <span>
                  {nameOf(name)} <span class="muted small">{T.devices.added(day(added))}</span>
                </span>
              </label>
            ))}
          </fieldset>
        )}
        <Ending problem={problem} onCancel={onClose}>
          <Button look="main" submits isBusy={isBusy} isOff={!found}>
            {T.usePaper.go}
          </Button>
        </Ending>
      </Form>
    </Dialog>
  );
}
