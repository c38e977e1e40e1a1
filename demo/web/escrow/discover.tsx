// Discovery: an admin records whose data is about to be opened, which and why; only then the keys for exactly that are there.

import { KeysteadError } from "keystead";
import type { RecordedAccess } from "keystead/escrow-client";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SealedItem } from "../api.js";
import { useWork } from "../hooks.js";
import { day, escrowTexts as E, shortDate, T } from "../texts.js";
import { Button, Dialog, Ending, Form, Icon, Notice } from "../ui.js";
import * as api from "./api.js";
import { useDesk } from "./desk.js";
import type { Found } from "./found.js";
import { useReason } from "./reason.js";

/** An epoch that escrow covers, as a stretch of days. */
interface Stretch {
  readonly epoch: number;
  readonly since: Date;
  readonly until: Date | undefined;
}

function stretchesOf({ user, coverage }: Found): readonly Stretch[] {
  const starts = [...user.log.links].flatMap(({ epoch, time }) => (epoch === undefined ? [] : [{ epoch, time }]));
  return starts
    .map(({ epoch, time }, at) => {
      const next = starts[at + 1];
      return { epoch, since: new Date(time), until: next && new Date(next.time) };
    })
    .filter(({ epoch }) => coverage.covered.some(({ from, to }) => from <= epoch && epoch <= to));
}

interface Opened {
  readonly item: SealedItem;
  readonly title: string | undefined;
  readonly text: string | undefined;
}

export function Discover({
  found,
  name,
  onClose,
}: {
  readonly found: Found;
  readonly name: string;
  readonly onClose: () => void;
}) {
  const { session } = useDesk();
  const { isBusy, problem, run } = useWork();
  const stretches = stretchesOf(found);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const reason = useReason(E.discover.reason);
  const [opened, setOpened] = useState<readonly Opened[]>();
  const recorded = useRef<RecordedAccess | undefined>(undefined);
  useEffect(() => () => recorded.current?.keyring.wipe(), []);
  const go = () =>
    run(async () => {
      const user = await session.fetchUser(found.user.log.subject);
      const epochs = [...chosen].sort((a, b) => a - b).map((epoch) => [epoch, epoch] as const);
      const record = await session.recordAccess(user, { epochs: joined(epochs), ...reason.why });
      const access = await session.openRecorded(record);
      recorded.current = access;
      const { subject } = user.log;
      const all: Opened[] = [];
      for (const item of await api.itemsOf(subject)) all.push(await openItem(subject, item, access));
      setOpened(all);
    });
  if (opened) {
    const readable = opened.filter(({ text }) => text !== undefined);
    return (
      <Dialog title={E.discover.openedTitle(name)} onClose={onClose} isWide>
        <Notice tone="calm" icon="shield" isLive>
          <p>{E.discover.opened(readable.length, opened.length)}</p>
        </Notice>
        <ul class="list">
          {opened.map(({ item, title, text }) => (
            <li class="row found" key={item.id} data-state={text === undefined ? "locked" : "open"}>
              <span class="roundel" aria-hidden="true">
                <Icon name={text === undefined ? "lock" : item.kind === "mail" ? "mail" : "voice"} />
              </span>
              <div class="grow">
                <h3>{title ?? T.inbox.locked}</h3>
                <p class="muted small">
                  {T.inbox[item.kind]} · {day(new Date(item.at))}
                </p>
                <p class="letter-text">{text ?? E.discover.notRecorded}</p>
              </div>
            </li>
          ))}
        </ul>
        <footer>
          <Button look="main" onClick={onClose}>
            {E.discover.close}
          </Button>
        </footer>
      </Dialog>
    );
  }
  return (
    <Dialog title={E.discover.title(name)} onClose={onClose} isWide>
      <p>{E.discover.lead}</p>
      <Form onSubmit={go}>
        <fieldset class="lost">
          <legend>{E.discover.which}</legend>
          {stretches.map(({ epoch, since, until }) => (
            <label class="check" key={epoch}>
              <input
                type="checkbox"
                checked={chosen.has(epoch)}
                onChange={({ currentTarget: { checked } }) => {
                  const next = new Set(chosen);
                  if (checked) next.add(epoch);
                  else next.delete(epoch);
                  setChosen(next);
                }}
              />
              <span>{E.discover.stretch(shortDate(since), until && shortDate(until), epoch)}</span>
            </label>
          ))}
        </fieldset>
        {reason.fields}
        <Ending problem={problem} hint={E.discover.first} onCancel={onClose}>
          <Button look="main" submits isBusy={isBusy} isOff={chosen.size === 0 || !reason.isGiven}>
            {E.discover.go}
          </Button>
        </Ending>
      </Form>
    </Dialog>
  );
}

/** Runs without neighbours that touch. */
function joined(epochs: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const [from, to] of epochs) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === from) last[1] = to;
    else runs.push([from, to]);
  }
  return runs;
}

async function openItem(subject: string, item: SealedItem, access: RecordedAccess): Promise<Opened> {
  const sealed = await api.noteOf(subject, item.id);
  try {
    const bytes = await access.open(sealed, {
      ...{ purpose: item.kind, associatedData: new TextEncoder().encode(item.id) },
    });
    const { title, from, text, seconds } = JSON.parse(new TextDecoder().decode(bytes));
    return { item, title: title ?? from, text: text ?? E.discover.call(from, seconds) };
  } catch (error) {
    if (KeysteadError.from(error)?.code !== "NO_ACCESS") throw error;
    return { item, title: undefined, text: undefined };
  }
}
