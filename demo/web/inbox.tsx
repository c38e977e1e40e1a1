// The inbox: what the clinic's server sealed, opened on this device; what this device cannot open says why, and what to do.

import { KeysteadError, type RecipientHead } from "keystead";
import type { Session } from "keystead/client";
import { useCallback, useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { usePapersAllowed } from "./escrow/user.js";
import { escrowIsEnrolled } from "./escrow/user-facts.js";
import { useDevice, useScreen, useSnapshot, useWork } from "./hooks.js";
import { Player } from "./player.js";
import { day, minutes, nameOf, portalTexts, shortDay, T, words } from "./texts.js";
import { Button, Icon, Notice, Problem } from "./ui.js";

/** What a note says, once it is open. */
export interface Note {
  readonly from: string;
  readonly title?: string;
  readonly text?: string;
  readonly seconds?: number;
  readonly peaks?: readonly number[];
}

/** An item as this device sees it. */
type Seen =
  | { readonly state: "open"; readonly note: Note }
  | { readonly state: "locked"; readonly epoch: number }
  | { readonly state: "withheld"; readonly named: number; readonly shown: number }
  | { readonly state: "damaged" }
  /** Sealed to another log than this account's: to the one before it began anew, if the server is honest. */
  | { readonly state: "elsewhere" }
  | { readonly state: "opening" };

const REFRESH = 3000;
/** How many notes are fetched and opened before they are drawn: the first ones show at once, and a long list draws seldom. */
const BATCH = 25;

/** What came in: looked at again from time to time. */
function useItems(): readonly [readonly api.SealedItem[] | undefined, () => Promise<void>] {
  const [items, setItems] = useState<readonly api.SealedItem[]>();
  const refresh = useCallback(async () => {
    const found = await api.items().catch(() => undefined);
    if (found) setItems((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found));
  }, []);
  useEffect(() => {
    void refresh();
    const timer = setInterval(() => void refresh(), REFRESH);
    return () => clearInterval(timer);
  }, [refresh]);
  return [items, refresh];
}

/** Opens the notes of items; again, when this device was given more keys. */
function useOpened(items: readonly api.SealedItem[] | undefined) {
  const { session } = useDevice();
  const { devices } = useSnapshot(session);
  const [seen, setSeen] = useState<ReadonlyMap<string, Seen>>(new Map());
  const [round, setRound] = useState(0);
  const reach = `${devices?.head.seq} ${devices?.me.access?.epoch}`;
  useEffect(() => {
    let isOver = false;
    const openAll = async () => {
      const closed = (items ?? []).filter(({ id }) => seen.get(id)?.state !== "open");
      for (let start = 0; start < closed.length && !isOver; start += BATCH) {
        const opened = await openBatch(session, closed.slice(start, start + BATCH));
        if (!isOver) setSeen((all) => new Map([...all, ...opened]));
      }
    };
    void openAll();
    return () => {
      isOver = true;
    };
  }, [items, reach, session, round]);
  return [seen, () => setRound((count) => count + 1)] as const;
}

async function openBatch(session: Session, items: readonly api.SealedItem[]): Promise<ReadonlyMap<string, Seen>> {
  const notes = await api.notes(items.map(({ id }) => id)).catch(() => new Map<string, Uint8Array>());
  const opened = new Map<string, Seen>();
  for (const item of items) opened.set(item.id, await openNote(session, item, notes.get(item.id)));
  return opened;
}

async function openNote(session: Session, { id, kind }: api.SealedItem, sealed: Uint8Array | undefined): Promise<Seen> {
  if (!sealed) return { state: "opening" };
  try {
    const opened = await session.open(sealed, { purpose: kind, associatedData: new TextEncoder().encode(id) });
    return { state: "open", note: JSON.parse(new TextDecoder().decode(opened)) as Note };
  } catch (error) {
    const refused = KeysteadError.from(error);
    if (refused?.code === "NOT_A_RECIPIENT") return { state: "elsewhere" };
    const named = refused?.details["named"] as RecipientHead | undefined;
    const shown = session.log.head.seq;
    if (refused?.code === "NO_ACCESS" && named && named.head.seq > shown)
      return { state: "withheld", named: named.head.seq, shown };
    if (refused?.code === "NO_ACCESS") return { state: "locked", epoch: Number(refused.details["epoch"]) };
    return { state: "damaged" };
  }
}

export function Inbox() {
  const [items, refresh] = useItems();
  const [seen, again] = useOpened(items);
  const screen = useScreen();
  const chosen = items?.find(({ id }) => screen === `inbox/${id}`);
  return (
    <div class={chosen ? "inbox reading" : "inbox"}>
      <div class="items">
        <h1>{T.inbox.title}</h1>
        <Nudge />
        <Receive onReceived={refresh} />
        {!items && (
          <p class="muted" role="status">
            {T.inbox.looking}
          </p>
        )}
        {items?.length === 0 && <p class="muted">{T.inbox.empty}</p>}
        <ul>
          {items?.map((item) => (
            <Line key={item.id} item={item} seen={seen.get(item.id)} isChosen={item === chosen} />
          ))}
        </ul>
      </div>
      <div class="reader">
        {chosen ? (
          <Reader key={chosen.id} item={chosen} seen={seen.get(chosen.id)} onAgain={again} />
        ) : (
          <p class="muted nothing">
            <Icon name="mail" />
            {items?.length ? T.inbox.choose : T.inbox.nothingYet}
          </p>
        )}
      </div>
    </div>
  );
}

function Receive({ onReceived }: { readonly onReceived: () => Promise<void> }) {
  const { isBusy, problem, run } = useWork();
  const receive = (kind: api.SealedItem["kind"]) =>
    run(async () => {
      await api.receive(kind);
      await onReceived();
    });
  return (
    <fieldset class="receive">
      <legend>{T.inbox.receive}</legend>
      <Button icon="mail" isOff={isBusy} onClick={() => receive("mail")}>
        {T.inbox.receiveMail}
      </Button>
      <Button icon="voice" isOff={isBusy} onClick={() => receive("voicemail")}>
        {T.inbox.receiveCall}
      </Button>
      <p class="hint" role="status">
        {isBusy ? T.inbox.receiving : T.inbox.receiveHint}
      </p>
      <Problem>{problem}</Problem>
    </fieldset>
  );
}

/** A backup key is best made on the first day. */
function Nudge() {
  const { session } = useDevice();
  const { status, devices } = useSnapshot(session);
  const [isHidden, setHidden] = useState(false);
  const isAllowed = usePapersAllowed();
  const isDue = devices?.warnings.some(({ code }) => code === "no-backup-key");
  if (isHidden || !isDue || !isAllowed || status !== "ready") return null;
  return (
    <Notice
      tone="warn"
      icon="paper"
      title={T.nudge.title}
      actions={
        <>
          <a class="button main" href="#/backup/new">
            {T.nudge.make}
          </a>
          <Button look="quiet" onClick={() => setHidden(true)}>
            {T.nudge.later}
          </Button>
        </>
      }
    >
      <p>{T.nudge.lead(escrowIsEnrolled(session.log))}</p>
    </Notice>
  );
}

interface LineProps {
  readonly item: api.SealedItem;
  readonly seen: Seen | undefined;
  readonly isChosen: boolean;
}

function Line({ item, seen, isChosen }: LineProps) {
  const kind = item.kind === "mail" ? T.inbox.mail : T.inbox.voicemail;
  const note = seen?.state === "open" ? seen.note : undefined;
  const isLocked = ["locked", "withheld", "damaged", "elsewhere"].includes(seen?.state ?? "");
  return (
    <li>
      <a
        class={isLocked ? "item locked" : "item"}
        href={`#/inbox/${item.id}`}
        aria-current={isChosen ? "true" : undefined}
        data-state={seen?.state ?? "opening"}
      >
        <Icon name={isLocked ? "lock" : item.kind === "mail" ? "mail" : "voice"} />
        <span class="grow">
          <span class="from">
            {note?.from ?? (seen?.state === "damaged" ? T.inbox.damaged : isLocked ? T.inbox.locked : T.inbox.opening)}
          </span>
          <span class="what">{note?.title ?? (note?.seconds ? `${kind}, ${minutes(note.seconds)}` : kind)}</span>
        </span>
        <time dateTime={new Date(item.at).toISOString()}>{shortDay(new Date(item.at))}</time>
      </a>
    </li>
  );
}

interface ReaderProps {
  readonly item: api.SealedItem;
  readonly seen: Seen | undefined;
  readonly onAgain: () => void;
}

function Reader({ item, seen, onAgain }: ReaderProps) {
  const when = day(new Date(item.at));
  return (
    <article>
      <a class="button quiet back" href="#/inbox">
        <Icon name="back" />
        {T.inbox.title}
      </a>
      {seen?.state === "open" && <OpenItem item={item} note={seen.note} when={when} />}
      {seen?.state === "locked" && <LockedItem epoch={seen.epoch} when={when} />}
      {seen?.state === "withheld" && (
        <Notice tone="danger" icon="alert" title={T.inbox.withheldTitle}>
          <p>{T.inbox.withheldWhy(seen.named, seen.shown)}</p>
          <p>{T.inbox.withheldLead}</p>
        </Notice>
      )}
      {seen?.state === "damaged" && (
        <Notice
          tone="danger"
          icon="alert"
          title={T.inbox.damagedTitle}
          actions={<Button onClick={onAgain}>{T.inbox.again}</Button>}
        >
          <p>{T.inbox.damagedLead}</p>
        </Notice>
      )}
      {seen?.state === "elsewhere" && (
        <Notice tone="warn" icon="lock" title={portalTexts.elsewhere.title}>
          <p>{portalTexts.elsewhere.lead}</p>
        </Notice>
      )}
      {(!seen || seen.state === "opening") && <p class="muted">{T.inbox.opening}</p>}
    </article>
  );
}

function OpenItem({ item, note, when }: { readonly item: api.SealedItem; readonly note: Note; readonly when: string }) {
  const { session } = useDevice();
  useSnapshot(session);
  return (
    <>
      <h2>{note.title ?? T.inbox.voicemail}</h2>
      <p class="meta">
        <span class="face" aria-hidden="true">
          {note.from[0]}
        </span>
        <span>
          <strong>{note.from}</strong>
          <span class="muted">{when}</span>
        </span>
      </p>
      {note.text?.split("\n\n").map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      {note.seconds && <Player item={item} seconds={note.seconds} peaks={note.peaks ?? []} />}
      <p class="sealed">
        <Icon name="lock" />
        {T.inbox.openedHere}
      </p>
      {item.change !== null && (
        <p class="muted small">{T.inbox.sealedFor(item.change, item.change === session.log.head.seq)}</p>
      )}
    </>
  );
}

/** Why this device cannot open it, and who could help. */
function LockedItem({ epoch, when }: { readonly epoch: number; readonly when: string }) {
  const { session } = useDevice();
  const { devices, status } = useSnapshot(session);
  const since = devices?.me.access;
  const reaches = (devices?.members ?? []).filter(
    ({ removed, access, member }) => !removed && access && access.epoch <= epoch && member !== devices?.me.member,
  );
  const names = (kind: string) =>
    words.list(reaches.filter((each) => each.kind === kind).map(({ name }) => nameOf(name)));
  const [helpers, papers, escrow] = [names("device"), names("backup"), names("escrow")];
  return (
    <Notice tone="warn" icon="lock" title={T.inbox.lockedTitle}>
      <p>
        {!since
          ? T.inbox.lockedWhyNothing(when)
          : day(since.since) === when
            ? T.inbox.lockedBefore(when)
            : T.inbox.lockedWhy(when, day(since.since))}
      </p>
      {status === "removed" && <p>{T.inbox.lockedRemoved}</p>}
      {status === "superseded" && <p>{T.inbox.lockedSuperseded}</p>}
      {helpers && <p>{T.inbox.lockedWho(helpers)}</p>}
      {papers && <p>{T.inbox.lockedPaper(papers)}</p>}
      {escrow && <p>{T.inbox.lockedEscrow}</p>}
      {!helpers && !papers && !escrow && <p>{T.inbox.lockedNobody}</p>}
    </Notice>
  );
}
