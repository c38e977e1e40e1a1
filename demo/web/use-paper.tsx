// A backup key that is typed from its paper: checked while it is typed, with what was corrected.

import type { CheckedBackupKey, MemberId, MemberKind, MemberName } from "keystead";
import { explainCorrections } from "keystead/audit";
import { useMemo, useState } from "preact/hooks";
import { Camera } from "./camera.js";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { Tabs } from "./tabs.js";
import { day, nameOf, T, words } from "./texts.js";
import { Button, Dialog, Ending, Field, Form, Notice } from "./ui.js";

const LENGTH = 36;
const WAYS = ["byText", "byCamera"] as const;

/** A session whose log has backup keys: a user's, or an admin's over the escrow log. */
interface PaperSession {
  checkBackupKey(text: string): CheckedBackupKey;
  useBackupKey(text: string, options: { readonly remove: readonly MemberId[] }): Promise<void>;
}

type Typed = { readonly left: number } | { readonly found: CheckedBackupKey } | "wrong";

/** What a text is so far. */
function read(session: Pick<PaperSession, "checkBackupKey">, text: string): Typed {
  const count = text.replace(/[\s-]/g, "").length;
  if (count < LENGTH - 1 || count > LENGTH + 1) return { left: LENGTH - count };
  try {
    return { found: session.checkBackupKey(text) };
  } catch {
    return count < LENGTH ? { left: LENGTH - count } : "wrong";
  }
}

interface PaperFieldProps {
  readonly session: Pick<PaperSession, "checkBackupKey">;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly reads?: (when: string) => string;
}

export function PaperField({ session, text, onText, reads = T.usePaper.reads }: PaperFieldProps) {
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
        {typed !== "wrong" && "found" in typed && <Found found={typed.found} reads={reads} />}
      </div>
    </>
  );
}

function Found({ found, reads }: { readonly found: CheckedBackupKey; readonly reads: (when: string) => string }) {
  const { name, standing, access, corrections } = found;
  const corrected = explainCorrections(corrections, words);
  return (
    <Notice tone={standing === "active" ? "good" : "warn"} icon="paper" title={T.usePaper.found(nameOf(name))}>
      <p>{standing === "removed" ? T.usePaper.removedKey : access ? reads(day(access.since)) : T.usePaper.readsOld}</p>
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

/** On a new device of a user. */
export function UsePaper({ onClose }: { readonly onClose: () => void }) {
  const { me, session } = useDevice();
  const { devices } = useSnapshot(session);
  return (
    <EnterPaper
      session={session}
      members={devices?.members ?? []}
      me={devices?.me.member}
      papers={me.papers}
      texts={T.usePaper}
      onClose={onClose}
    />
  );
}

interface EnterPaperProps {
  readonly session: PaperSession;
  readonly members: readonly {
    readonly member: MemberId;
    readonly name: MemberName;
    readonly kind: MemberKind;
    readonly added: Date;
    readonly removed: unknown;
  }[];
  /** This device. */
  readonly me: MemberId | undefined;
  readonly papers: readonly { readonly name: string; readonly text: string }[];
  readonly texts: { readonly lead: string; readonly reads: (when: string) => string; readonly go: string };
  readonly onClose: () => void;
}

/** The paper approves this device, and removes what was lost in the same link. */
export function EnterPaper({ session, members, me, papers, texts, onClose }: EnterPaperProps) {
  const { isBusy, problem, run } = useWork();
  const [text, setText] = useState("");
  const [lost, setLost] = useState<ReadonlySet<string>>(new Set());
  const typed = read(session, text);
  const found = typed !== "wrong" && "found" in typed ? typed.found : undefined;
  const others = members.filter(({ kind, removed, member }) => kind === "device" && !removed && member !== me);
  const go = async () => {
    const remove = others.flatMap(({ member }) => (lost.has(member) ? [member] : []));
    if (await run(() => session.useBackupKey(text, { remove }))) onClose();
  };
  return (
    <Dialog title={T.usePaper.title} onClose={onClose} isWide>
      <p>{texts.lead}</p>
      {papers.map((paper) => (
        <p class="made" key={paper.text}>
          <span class="muted">{T.usePaper.made(paper.name)}</span>
          <Button look="quiet" icon="copy" onClick={() => setText(paper.text)}>
            {T.usePaper.madeGo}
          </Button>
        </p>
      ))}
      <Form onSubmit={go}>
        <PaperField session={session} text={text} onText={setText} reads={texts.reads} />
        {found && others.length > 0 && (
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
            {texts.go}
          </Button>
        </Ending>
      </Form>
    </Dialog>
  );
}
