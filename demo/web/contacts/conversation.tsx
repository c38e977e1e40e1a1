// What two people wrote to each other, and what is to be known before one writes again.

import type { ContactView } from "keystead/client";
import { useState } from "preact/hooks";
import { useDevice, useWork } from "../hooks.js";
import { contactTexts as C, day } from "../texts.js";
import { Button, Field, Form, Icon, Notice, Problem } from "../ui.js";
import { Fingerprints } from "./fingerprints.js";
import { News, Standing } from "./news.js";
import { type Person, type SeenNote, sendNote, useNotes, useRepeated } from "./people.js";

const LOOK_EVERY = 10_000;
const MAX_TEXT = 4_000;

export function Conversation({ person, view }: { readonly person: Person; readonly view: ContactView | undefined }) {
  const { me, session } = useDevice();
  const { isBusy, problem, run } = useWork();
  const [notes, look] = useNotes(person);
  const [text, setText] = useState("");
  const [compares, setCompares] = useState(false);
  // The newest log, before anything is read into it: what changed shows by itself.
  useRepeated(() => session.track(person.subject), LOOK_EVERY, person.subject);
  const first = person.name.split(" ")[0] ?? person.name;
  const isHeld = view?.news === "changed" || view?.news === "alarm";
  const send = async () => {
    const done = await run(async () => {
      await sendNote(session, person, me.subject, text.trim());
      await look();
    });
    if (done) setText("");
  };
  return (
    <article class="conversation">
      <a class="button quiet back" href="#/people">
        <Icon name="back" />
        {C.back}
      </a>
      <header class="meta">
        <span class="face" aria-hidden="true">
          {person.name[0]}
        </span>
        <span class="grow">
          <h2>{person.name}</h2>
          <span class="muted">{person.role}</span>
        </span>
        {view && <Standing view={view} />}
      </header>
      {view && (view.news === "none" || view.news === "milder") && (
        <p class="trust">
          <Icon name={view.verified ? "check" : "shield"} />
          <span class="grow">{view.verified ? C.verified(first) : C.unverified(first)}</span>
          <Button look="quiet" onClick={() => setCompares(true)}>
            {view.verified ? C.compareAgain : C.compare}
          </Button>
        </p>
      )}
      {view && <News name={first} view={view} onCompare={() => setCompares(true)} />}
      {!person.hasLog && !view ? (
        <Notice tone="calm" icon="people" title={C.none}>
          <p>{C.noneLead(first)}</p>
        </Notice>
      ) : notes.length === 0 ? (
        <p class="muted">{C.empty}</p>
      ) : (
        <ol class="notes">
          {notes.map((note) => (
            <Note key={note.id} note={note} name={first} isMine={note.sender === me.account} />
          ))}
        </ol>
      )}
      <Form onSubmit={send}>
        <Field label={C.write(first)} value={text} onInput={setText} rows={3} maxLength={MAX_TEXT} />
        {isHeld && <p class="hint">{C.held}</p>}
        <Problem>{problem}</Problem>
        <div class="actions">
          <Button
            look="main"
            icon="lock"
            submits
            isBusy={isBusy}
            isOff={!text.trim() || isHeld || !(person.hasLog || view)}
          >
            {C.send}
          </Button>
        </div>
      </Form>
      {compares && view && <Fingerprints name={first} view={view} onClose={() => setCompares(false)} />}
    </article>
  );
}

function Note({ note, name, isMine }: { readonly note: SeenNote; readonly name: string; readonly isMine: boolean }) {
  const when = new Date(note.at);
  return (
    <li class={isMine ? "note mine" : "note"} data-state={note.state}>
      <p class="muted small">
        <strong>{isMine ? C.mine : name}</strong> <time dateTime={when.toISOString()}>{day(when)}</time>
      </p>
      {note.state === "open" ? (
        <>
          <p class="text">{note.text}</p>
          {note.doubts.map((doubt) => (
            <Notice key={doubt} tone="warn" icon="alert">
              <p>{doubt === "former" ? C.former(name) : C[doubt]}</p>
            </Notice>
          ))}
        </>
      ) : (
        <p class="muted">
          {note.state !== "opening" && <Icon name={note.state === "locked" ? "lock" : "alert"} />}
          {C[note.state]}
        </p>
      )}
    </li>
  );
}
