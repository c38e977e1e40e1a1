// Escrow as the people of a site see it: they acknowledge it, see whom to ask, and see what admins did.

import { fingerprintOf, type MemberId } from "keystead";
import type { Ask } from "keystead/client";
import { formatFingerprint } from "keystead/contacts";
import { useContext, useEffect, useState } from "preact/hooks";
import { NewsContext, useDevice, useSnapshot, useWork } from "../hooks.js";
import { day, escrowTexts as E, nameOf, say, T, words } from "../texts.js";
import { Button, CopyButton, Dialog, Ending, Form, Groups, Notice, Problem } from "../ui.js";
import * as api from "./api.js";
import { CompareDigits, type Found } from "./compare.js";
import { type ComparedLog, escrowIsEnrolled } from "./user-facts.js";

type EscrowQuestion = Extract<
  Ask,
  { question: "confirm-escrow" | "whose-members" | "remove-escrow" | "enroll-again" | "regrant" }
>;

const QUESTIONS: readonly string[] = ["confirm-escrow", "whose-members", "remove-escrow", "enroll-again", "regrant"];

export function isEscrowAsk(ask: Ask): ask is EscrowQuestion {
  return QUESTIONS.includes(ask.question);
}

/** What a user is asked about escrow. */
export function UserEscrowAsk({ ask }: { readonly ask: EscrowQuestion }) {
  const { session } = useDevice();
  const { isBusy, problem, run } = useWork();
  const [isOpen, setOpen] = useState(false);
  const answer = (yes: "yes" | "no") => run(() => session.answer(ask.id, { say: yes }));
  if (ask.question === "confirm-escrow") {
    const isAlarm = ask.because === "contradicts-pointer";
    return (
      <Notice
        tone={isAlarm ? "danger" : "warn"}
        icon="shield"
        title={isAlarm ? say(ask) : E.user.confirm}
        actions={
          <Button look="main" onClick={() => setOpen(true)}>
            {E.user.compare}
          </Button>
        }
      >
        <p>{E.user.confirmLead}</p>
        {isOpen && <Acknowledge ask={ask} onClose={() => setOpen(false)} />}
      </Notice>
    );
  }
  if (ask.question === "whose-members") {
    return (
      <Notice
        tone="danger"
        icon="alert"
        title={say(ask)}
        actions={
          <Button look="main" onClick={() => setOpen(true)}>
            {E.user.answer}
          </Button>
        }
      >
        <p>{E.user.whoseWhy}</p>
        {isOpen && <Whose ask={ask} onClose={() => setOpen(false)} />}
      </Notice>
    );
  }
  return (
    <Notice
      tone="warn"
      icon="shield"
      title={say(ask)}
      actions={
        <>
          <Button isBusy={isBusy} onClick={() => answer("yes")}>
            {E.user.yes}
          </Button>
          <Button look="quiet" isBusy={isBusy} onClick={() => answer("no")}>
            {E.user.no}
          </Button>
        </>
      }
    >
      <Problem>{problem}</Problem>
    </Notice>
  );
}

interface AcknowledgeProps {
  readonly ask: EscrowQuestion;
  readonly onClose: () => void;
}

/** The fingerprint that this device was shown, against the one that the clinic published. */
function Acknowledge({ ask, onClose }: AcknowledgeProps) {
  const { session } = useDevice();
  useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const [found, setFound] = useState<Found<ComparedLog>>();
  const tell = useContext(NewsContext);
  const { escrowLog } = session;
  if (!escrowLog) return null;
  const go = async () => {
    const token = found?.token;
    if (token && (await run(() => session.answer(ask.id, { say: "confirmed", token })))) {
      tell(E.user.enrolledNews);
      onClose();
    }
  };
  return (
    <Dialog title={E.user.confirm} onClose={onClose} isWide>
      <ul class="bullets">
        {E.user.means.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <CompareDigits
        lead={E.user.where}
        label={E.user.label}
        differs={E.user.differs}
        found={found}
        onFound={setFound}
        check={async (shown) => {
          const result = session.compareEscrow(shown);
          return { token: result.token, words: result.token ? say(result) : E.user.wrong };
        }}
      />
      <p>
        <a href="#/notice" target="_blank" rel="noopener">
          {E.user.board}
        </a>
      </p>
      <Problem>{problem}</Problem>
      <footer>
        <Button onClick={onClose}>{T.nudge.later}</Button>
        <Button look="main" isBusy={isBusy} isOff={!found?.token} onClick={go}>
          {E.user.acknowledge}
        </Button>
      </footer>
    </Dialog>
  );
}

interface WhoseProps {
  readonly ask: Extract<EscrowQuestion, { question: "whose-members" }>;
  readonly onClose: () => void;
}

/** An approval in escrow's name let devices in, and this device sees no record of it: an admin did not, or the server hides the record. */
function Whose({ ask, onClose }: WhoseProps) {
  const { session } = useDevice();
  const { devices } = useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const [own, setOwn] = useState<ReadonlySet<MemberId>>(new Set());
  const asked = (devices?.members ?? []).filter(({ member }) => ask.members.includes(member));
  const others = asked.filter(({ member }) => !own.has(member));
  const go = async () => {
    const strangers = others.map(({ member }) => member);
    // The session removes the strangers by itself.
    if (await run(() => session.answer(ask.id, { say: "members", own: [...own], strangers }))) onClose();
  };
  return (
    <Dialog title={E.user.whose} onClose={onClose} isWide>
      <p>{E.user.whoseLead}</p>
      <Form onSubmit={go}>
        <fieldset class="lost">
          <legend>{E.user.inHand}</legend>
          {asked.map(({ member, name, kind, platform, added }) => (
            <label class="check" key={member}>
              <input
                type="checkbox"
                checked={own.has(member)}
                onChange={({ currentTarget: { checked } }) => {
                  const next = new Set(own);
                  if (checked) next.add(member);
                  else next.delete(member);
                  setOwn(next);
                }}
              />
              <span>
                {nameOf(name)}{" "}
                <span class="muted small">
                  {[T.kinds[kind], platform, T.devices.added(day(added))].filter(Boolean).join(" · ")}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
        <Ending problem={problem} onCancel={onClose}>
          <Button look={others.length > 0 ? "danger" : "main"} submits isBusy={isBusy}>
            {others.length > 0 ? E.user.removeOthers(words.list(others.map(({ name }) => nameOf(name)))) : E.user.mine}
          </Button>
        </Ending>
      </Form>
    </Dialog>
  );
}

/** Whom a device that waits may ask, besides the user's other devices. */
export function AskContacts() {
  const { session } = useDevice();
  const { escrowLog } = session;
  const contacts = (escrowIsEnrolled(session.log) && escrowLog?.policy?.userContacts) || [];
  if (contacts.length === 0) return null;
  return (
    <div class="ask-contacts">
      <p class="strong">{E.user.askContacts}</p>
      <ul class="bullets">
        {contacts.map((contact) => (
          <li key={contact}>{contact}</li>
        ))}
      </ul>
    </div>
  );
}

/** Whether the site's policy lets users make backup keys. */
export function usePapersAllowed(): boolean {
  const { session } = useDevice();
  useSnapshot(session);
  const { escrowLog } = session;
  return !escrowIsEnrolled(session.log) || escrowLog?.policy?.allowUserBackupKeys !== false;
}

/** On Devices & Activity: whether the organisation could recover this account, and what its admins did. */
export function Organisation() {
  const { session, me } = useDevice();
  const { devices } = useSnapshot(session);
  const [fetched, setFetched] = useState<readonly api.Fetched[]>([]);
  useEffect(() => {
    api.fetched().then(setFetched, () => undefined);
  }, [devices]);
  const { escrowLog } = session;
  if (!devices || !escrowLog?.policy?.enabled) return null;
  const isEnrolled = escrowIsEnrolled(session.log);
  const recoveries = devices.activity.filter(({ gave }) => gave !== undefined);
  const recorded = [...escrowLog.links].filter(({ access }) => access !== undefined).length;
  return (
    <section aria-labelledby="organisation">
      <h2 id="organisation">{E.user.title(me.site.name)}</h2>
      <Notice
        tone={isEnrolled ? "good" : "calm"}
        icon="shield"
        title={isEnrolled ? E.user.enrolled : E.user.notEnrolled}
        actions={
          <a class="button quiet" href="#/notice">
            {E.user.board}
          </a>
        }
      >
        <p>{isEnrolled ? E.user.enrolledLead : E.user.notEnrolledLead}</p>
      </Notice>
      {(recoveries.length > 0 || fetched.length > 0) && (
        <ol class="timeline">
          {recoveries.map((link) => (
            <li key={link.seq}>
              <time dateTime={link.when.toISOString()}>{day(link.when)}</time>
              <span>{say(link)}</span>
            </li>
          ))}
          {fetched.map(({ at, by, kind }) => (
            <li key={at}>
              <time dateTime={new Date(at).toISOString()}>{day(new Date(at))}</time>
              <span>{E.user.fetched(by, T.inbox[kind])}</span>
            </li>
          ))}
        </ol>
      )}
      <p class="muted small">{E.user.recorded(recorded)}</p>
      <h3>{E.user.fingerprint}</h3>
      <p class="muted">{E.user.fingerprintLead}</p>
      <Groups text={formatFingerprint(fingerprintOf(escrowLog))} label={E.user.fingerprint} />
    </section>
  );
}

/** The clinic's page with the published fingerprint. In life it hangs on a wall, where the server cannot change it. */
export function NoticeBoard() {
  const { me, session } = useDevice();
  useSnapshot(session);
  const { problem, run } = useWork();
  const [published, setPublished] = useState<api.Published | null>();
  useEffect(() => {
    void run(async () => setPublished(await api.published()));
  }, [run]);
  return (
    <>
      <h1>{E.board.title}</h1>
      <p class="lead">{E.board.lead(me.site.name)}</p>
      <Problem>{problem}</Problem>
      {published === null && (
        <Notice tone="calm" icon="shield">
          <p>{E.board.none}</p>
        </Notice>
      )}
      {published && (
        <div class="card">
          <h2>{E.board.heading(me.organisation, me.site.name)}</h2>
          <Groups text={published.digits} label={E.board.digits} />
          <div class="actions start">
            <CopyButton text={published.digits} />
          </div>
          <p class="muted">{E.board.by(published.by, day(new Date(published.at)))}</p>
        </div>
      )}
      <p class="muted">{E.board.honest}</p>
    </>
  );
}
