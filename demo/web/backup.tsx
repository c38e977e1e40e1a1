// Backup keys: make one, prove that it is on paper, check one, use one.

import { useEffect, useState } from "preact/hooks";
import { Row } from "./devices.js";
import { usePapersAllowed } from "./escrow/user.js";
import { escrowIsEnrolled } from "./escrow/user-facts.js";
import { useDevice, useScreen, useSnapshot } from "./hooks.js";
import { MakePaper } from "./make-paper.js";
import { day, escrowTexts, nameOf, T } from "./texts.js";
import { Button, Dialog, Notice } from "./ui.js";
import { PaperField, UsePaper } from "./use-paper.js";

export function Backup() {
  const { session } = useDevice();
  const { devices, status, asks } = useSnapshot(session);
  const screen = useScreen();
  const [open, setOpen] = useState<"make" | "drill" | "use">();
  const isAllowed = usePapersAllowed();
  const papers = devices?.members.filter(({ kind, removed }) => kind === "backup" && !removed) ?? [];
  const isUnproved = asks.some(({ question }) => question === "prove-backup-key");
  useEffect(() => {
    if ((screen === "backup/new" && isAllowed) || (screen === "backup/prove" && isUnproved)) setOpen("make");
  }, [screen, isAllowed, isUnproved]);
  const close = () => {
    setOpen(undefined);
    location.hash = "#/backup";
  };
  return (
    <>
      <h1>{T.backup.title}</h1>
      <p class="lead">{T.backup.lead}</p>
      <div class="actions start">
        {status === "ready" && isAllowed && (
          <Button look="main" icon="plus" onClick={() => setOpen("make")}>
            {T.backup.make}
          </Button>
        )}
        {status === "waiting" && (
          <Button look="main" icon="paper" onClick={() => setOpen("use")}>
            {T.backup.use}
          </Button>
        )}
        {papers.length > 0 && <Button onClick={() => setOpen("drill")}>{T.backup.drill}</Button>}
      </div>
      {!isAllowed ? (
        <Notice tone="calm" icon="paper">
          <p>{escrowTexts.user.forbidsPapers}</p>
        </Notice>
      ) : papers.length === 0 ? (
        <Notice tone="warn" icon="paper">
          <p>{T.backup.none(escrowIsEnrolled(session.log))}</p>
        </Notice>
      ) : (
        <section aria-labelledby="papers">
          <h2 id="papers">{T.backup.yours}</h2>
          <ul class="list">
            {papers.map((paper) => (
              <Row key={paper.member} device={paper} />
            ))}
          </ul>
          <p class="hint">
            {T.backup.remove} <a href="#/devices">{T.nav.devices}</a>
          </p>
        </section>
      )}
      {open === "make" && <Make isUnproved={isUnproved} onClose={close} />}
      {open === "drill" && <Drill onClose={close} />}
      {open === "use" && <UsePaper onClose={close} />}
    </>
  );
}

function Make({ isUnproved, onClose }: { readonly isUnproved: boolean; readonly onClose: () => void }) {
  const { session } = useDevice();
  const { devices } = useSnapshot(session);
  const mine = devices?.me.access;
  const older = devices?.members.find(
    ({ kind, removed, access }) => kind === "device" && !removed && access && mine && access.epoch < mine.epoch,
  );
  return (
    <MakePaper
      texts={{ ...T.make, lead: T.backup.lead }}
      isUnproved={isUnproved}
      act={(show, name, isAgain) => (isAgain ? session.proveBackupKey(show) : session.createBackupKey(show, { name }))}
      onClose={onClose}
    >
      {mine && <p>{T.make.since(day(mine.since))}</p>}
      {older?.access && (
        <Notice tone="warn" icon="alert">
          <p>{T.make.older(nameOf(older.name), day(older.access.since))}</p>
        </Notice>
      )}
    </MakePaper>
  );
}

function Drill({ onClose }: { readonly onClose: () => void }) {
  const { session } = useDevice();
  const [text, setText] = useState("");
  return (
    <Dialog title={T.drill.title} onClose={onClose} isWide>
      <p>{T.drill.lead}</p>
      <PaperField session={session} text={text} onText={setText} />
      <footer>
        <Button onClick={onClose}>{T.close}</Button>
      </footer>
    </Dialog>
  );
}
