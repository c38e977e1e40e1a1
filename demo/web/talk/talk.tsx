// Several devices side by side, for talks: each frame is a device with a storage and a sign-in of its own.

import { useState } from "preact/hooks";
import { talkTexts as C, T } from "../texts.js";
import { Button, Field, Form, Leaf } from "../ui.js";

const MOST = 4;

/** The devices that the address names: `/talk?laptop&phone`. */
function named(): readonly string[] {
  const names = [...new URLSearchParams(location.search).keys()].map(slotOf).filter(Boolean);
  return names.length > 0 ? names.slice(0, MOST) : ["laptop", "phone"];
}

const slotOf = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/[^\w]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 40);

export function Talk() {
  const [slots, setSlots] = useState(named);
  const [name, setName] = useState("");
  const show = (next: readonly string[]) => {
    setSlots(next);
    history.replaceState(null, "", `/talk?${next.join("&")}`);
  };
  const add = () => {
    const slot = slotOf(name);
    setName("");
    if (slot && !slots.includes(slot)) show([...slots, slot]);
  };
  return (
    <div class="talk">
      <header>
        <div class="brand">
          <Leaf />
          <h1>{C.title}</h1>
        </div>
        <p class="muted small grow">{C.lead}</p>
        {slots.length < MOST && (
          <Form onSubmit={add}>
            <Field label={C.name} value={name} onInput={setName} maxLength={40} />
            <Button submits icon="plus" isOff={!slotOf(name)}>
              {C.add}
            </Button>
          </Form>
        )}
        <a class="button quiet" href="/">
          {C.leave}
        </a>
      </header>
      <main>
        {slots.map((slot) => (
          <section key={slot} class="frame" aria-label={slot}>
            <div class="frame-head">
              <h2>{slot}</h2>
              <button
                type="button"
                class="close"
                aria-label={C.hide(slot)}
                onClick={() => show(slots.filter((each) => each !== slot))}
              >
                <span aria-hidden="true">×</span>
              </button>
            </div>
            <iframe src={`/d/${slot}`} title={C.frame(slot)} allow="camera; clipboard-write" />
          </section>
        ))}
        {slots.length === 0 && <p class="muted">{C.empty}</p>}
      </main>
      <p class="hidden">{T.about}</p>
    </div>
  );
}
