// The question above every screen when the devices of a colleague changed.

import type { ContactChange } from "keystead/contacts";
import { useScreen } from "../hooks.js";
import { contactTexts as C, say } from "../texts.js";
import { Notice } from "../ui.js";
import { usePeople } from "./people.js";

export function ContactAsk({ change }: { readonly change: ContactChange }) {
  const person = usePeople()?.find(({ subject }) => subject === change.subject);
  const screen = useScreen();
  // The colleague's own page says it already.
  if (!person || screen === `people/${person.account}`) return null;
  return (
    <Notice
      tone={change.evidence ? "danger" : "warn"}
      icon="alert"
      title={change.evidence ? C.alarm.title(person.name) : C.askTitle(person.name)}
      actions={
        <a class="button" href={`#/people/${person.account}`}>
          {C.look}
        </a>
      }
    >
      <p>{say({ ...change, subject: person.name })}</p>
    </Notice>
  );
}
