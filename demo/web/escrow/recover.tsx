// Restores somebody who lost every device: the new device is compared and approved, and what is lost is removed, in one step.

import type { ComparedDevice, MemberId } from "keystead";
import { useState } from "preact/hooks";
import { useWork } from "../hooks.js";
import { day, escrowTexts as E, nameOf, say, T } from "../texts.js";
import { Button, Dialog, Ending, Form, Notice } from "../ui.js";
import { CompareDigits, type Found as Compared } from "./compare.js";
import { useDesk } from "./desk.js";
import type { Found } from "./found.js";
import { useReason } from "./reason.js";

interface RecoverProps {
  readonly found: Found;
  readonly name: string;
  readonly onClose: () => void;
}

export function Recover({ found, name, onClose }: RecoverProps) {
  const { session } = useDesk();
  const { isBusy, problem, run } = useWork();
  const active = found.devices.filter(({ removed }) => !removed);
  const waiting = active.filter(({ status, kind }) => status === "pending" && kind === "device");
  const [chosen, setChosen] = useState<MemberId | undefined>(waiting.at(-1)?.member);
  const [compared, setCompared] = useState<Compared<ComparedDevice>>();
  const [kept, setKept] = useState<ReadonlySet<MemberId>>(new Set());
  const reason = useReason(E.recover.reason);
  const [isDone, setDone] = useState(false);
  const device = active.find(({ member }) => member === chosen);
  const others = active.filter(({ member }) => member !== chosen);
  const remove = others.flatMap(({ member }) => (kept.has(member) ? [] : [member]));
  const go = () =>
    run(async () => {
      const approve = compared?.token ? [compared.token] : [];
      await session.recover(found.user, { approve, remove, usersOwn: [...kept], ...reason.why });
      setDone(true);
    });
  if (isDone) {
    return (
      <Dialog title={E.recover.doneTitle(name)} onClose={onClose}>
        <Notice tone="good" icon="check" isLive>
          <p>{E.recover.done(device ? nameOf(device.name) : T.kinds.device)}</p>
        </Notice>
        <footer>
          <Button look="main" onClick={onClose}>
            {T.close}
          </Button>
        </footer>
      </Dialog>
    );
  }
  return (
    <Dialog title={E.recover.title(name)} onClose={onClose} isWide>
      {waiting.length === 0 ? (
        <Notice tone="warn" icon="devices" title={E.recover.none}>
          <p>{E.recover.noneLead(name)}</p>
        </Notice>
      ) : (
        <>
          <p>{E.recover.lead(name)}</p>
          {waiting.length > 1 && (
            <fieldset class="lost">
              <legend>{E.recover.which}</legend>
              {waiting.map(({ member, name: each, added }) => (
                <label class="check" key={member}>
                  <input
                    type="radio"
                    name="waiting"
                    checked={chosen === member}
                    onChange={() => {
                      setChosen(member);
                      setCompared(undefined);
                    }}
                  />
                  <span>
                    {nameOf(each)} <span class="muted small">{T.devices.added(day(added))}</span>
                  </span>
                </label>
              ))}
            </fieldset>
          )}
          {device && chosen && (
            <section aria-label={T.compare.title(nameOf(device.name))}>
              <h3>{T.compare.title(nameOf(device.name))}</h3>
              <CompareDigits
                key={chosen}
                lead={E.recover.compare(name, nameOf(device.name))}
                label={E.recover.read(name)}
                differs={E.recover.differs(name)}
                found={compared}
                onFound={setCompared}
                check={async (shown) => {
                  const result = session.compareUser(found.user, shown, chosen);
                  return { token: result.token, words: say(result) };
                }}
              />
            </section>
          )}
          <Form onSubmit={go}>
            {others.length > 0 && (
              <fieldset class="lost">
                <legend>{E.recover.others}</legend>
                <p class="hint">{E.recover.othersLead(name)}</p>
                {others.map(({ member, name: each, added }) => (
                  <label class="check" key={member}>
                    <input
                      type="checkbox"
                      checked={!kept.has(member)}
                      onChange={({ currentTarget: { checked } }) => {
                        const next = new Set(kept);
                        if (checked) next.delete(member);
                        else next.add(member);
                        setKept(next);
                      }}
                    />
                    <span>
                      {E.recover.removeIt(nameOf(each))} <span class="muted small">{T.devices.added(day(added))}</span>
                    </span>
                  </label>
                ))}
              </fieldset>
            )}
            {reason.fields}
            <Ending problem={problem} hint={E.recover.first} onCancel={onClose}>
              <Button look="main" submits isBusy={isBusy} isOff={!compared?.token || !reason.isGiven}>
                {E.recover.go}
              </Button>
            </Ending>
          </Form>
        </>
      )}
    </Dialog>
  );
}
