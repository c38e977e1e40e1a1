// Colleagues: who they are, whether their devices changed, and what was written.

import type { ContactView } from "keystead/client";
import { useDevice, useScreen, useSnapshot } from "../hooks.js";
import { contactTexts as C } from "../texts.js";
import { Badge, Icon } from "../ui.js";
import { Conversation } from "./conversation.js";
import { Standing } from "./news.js";
import { type Person, usePeople } from "./people.js";

export function Contacts() {
  const { session } = useDevice();
  const { contacts } = useSnapshot(session);
  const people = usePeople();
  const screen = useScreen();
  const chosen = people?.find(({ account }) => screen === `people/${account}`);
  const viewOf = ({ subject }: Person) => contacts.find((each) => each.subject === subject);
  return (
    <div class={chosen ? "inbox reading" : "inbox"}>
      <div class="items">
        <h1>{C.title}</h1>
        <p class="muted small">{C.lead}</p>
        <ul>
          {people?.map((person) => (
            <Line key={person.account} person={person} view={viewOf(person)} isChosen={person === chosen} />
          ))}
        </ul>
      </div>
      <div class="reader">
        {chosen ? (
          <Conversation key={chosen.account} person={chosen} view={viewOf(chosen)} />
        ) : (
          <p class="muted nothing">
            <Icon name="people" />
            {C.choose}
          </p>
        )}
      </div>
    </div>
  );
}

interface LineProps {
  readonly person: Person;
  readonly view: ContactView | undefined;
  readonly isChosen: boolean;
}

function Line({ person, view, isChosen }: LineProps) {
  return (
    <li>
      <a class="item colleague" href={`#/people/${person.account}`} aria-current={isChosen ? "true" : undefined}>
        <span class="face" aria-hidden="true">
          {person.name[0]}
        </span>
        <span class="grow">
          <span class="from">{person.name}</span>
          <span class="what">{person.role}</span>
        </span>
        {!person.hasLog && !view && <Badge tone="none">{C.none}</Badge>}
        {view && <Standing view={view} />}
      </a>
    </li>
  );
}
