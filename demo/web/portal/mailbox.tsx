// The mailbox: what the clinic's server would have mailed to this person.

import { useEffect, useState } from "preact/hooks";
import { useWork } from "../hooks.js";
import { day, portalTexts } from "../texts.js";
import { Icon, type IconName, Problem } from "../ui.js";
import * as portal from "./api.js";

const T = portalTexts.mailbox;
const REFRESH = 3000;

export function Mailbox() {
  const [mails, setMails] = useState<readonly portal.Mail[]>();
  const { problem, run } = useWork();
  useEffect(() => {
    const look = () => void run(async () => setMails(await portal.mailbox()));
    look();
    const timer = setInterval(look, REFRESH);
    return () => clearInterval(timer);
  }, [run]);
  return (
    <>
      <h1>{T.title}</h1>
      <p class="lead">{T.lead}</p>
      <Problem>{problem}</Problem>
      {mails?.length === 0 && <p class="muted">{T.empty}</p>}
      <ul class="list mails" aria-live="polite">
        {mails?.map(({ id, at, content }) => {
          const [icon, title, lead] = wordsOf(content);
          return (
            <li key={id} class="row mail">
              <span class="roundel" aria-hidden="true">
                <Icon name={icon} />
              </span>
              <div class="grow">
                <h2>{title}</h2>
                <p class="muted">{lead}</p>
              </div>
              <time class="muted small" dateTime={new Date(at).toISOString()}>
                {day(new Date(at))}
              </time>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function wordsOf(content: portal.Mail["content"]): readonly [icon: IconName, title: string, lead: string] {
  switch (content.about) {
    case "code":
      return ["lock", T.code(content.code), T.codeLead(content.minutes)];
    case "joined":
      return ["devices", T.joined(content.device ?? undefined), T.joinedLead];
    case "removed":
      return ["devices", T.removed, T.removedLead];
    case "reset-allowed":
      return ["alert", T.resetAllowed, T.resetAllowedLead(content.minutes)];
    case "reset":
      return ["alert", T.reset, T.resetLead];
    case "moved":
      return ["mail", T.moved(content.site), T.movedLead];
    case "role":
      return ["shield", content.mayAddEscrowDevices ? T.roleGiven : T.roleTaken, T.roleLead];
  }
}
