// Another account stands where an admin's device knew one: an alarm, unless the portal itself let it begin anew.

import { useState } from "preact/hooks";
import { useWork } from "../hooks.js";
import { day, escrowTexts as E } from "../texts.js";
import { Button, Dialog, Ending, Notice } from "../ui.js";
import { useDesk } from "./desk.js";

interface ReplacedProps {
  readonly subject: string;
  readonly name: string;
  /** When the portal let the account begin anew last. The device goes on at the portal's word, and never because the log is another one. */
  readonly beganAnew: number | null | undefined;
  readonly onForgotten: () => unknown;
}

export function Replaced({ subject, name, beganAnew, onForgotten }: ReplacedProps) {
  const { session } = useDesk();
  const { isBusy, problem, run } = useWork();
  const [isOpen, setOpen] = useState(false);
  const forget = async () => {
    if (!(await run(() => session.unsafeForgetUser(subject)))) return;
    setOpen(false);
    await onForgotten();
  };
  const isKnown = typeof beganAnew === "number";
  return (
    <Notice
      tone={isKnown ? "warn" : "danger"}
      icon="alert"
      title={E.person.replaced.title(name)}
      actions={isKnown && <Button onClick={() => setOpen(true)}>{E.person.replaced.go}</Button>}
    >
      <p>{isKnown ? E.person.replaced.began(name, day(new Date(beganAnew))) : E.person.replaced.unknown(name)}</p>
      {isOpen && (
        <Dialog title={E.person.replaced.confirm(name)} onClose={() => setOpen(false)}>
          <ul class="bullets">
            {E.person.replaced.points(name).map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
          <Ending problem={problem} onCancel={() => setOpen(false)}>
            <Button look="danger" isBusy={isBusy} onClick={forget}>
              {E.person.replaced.forget(name)}
            </Button>
          </Ending>
        </Dialog>
      )}
    </Notice>
  );
}
