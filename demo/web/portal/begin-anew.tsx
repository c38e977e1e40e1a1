// After somebody asked in the portal to begin anew: the new device opens an empty account in the place of the old one; and an old device
// that is found later says what it can do.

import { useState } from "preact/hooks";
import { forgetDevice } from "../device.js";
import { useDevice, useSnapshot, useWork } from "../hooks.js";
import { T as all, portalTexts } from "../texts.js";
import { Button, Icon, Leaf, Notice, Problem } from "../ui.js";

const T = portalTexts.anew;

/** Erases what this browser has of the account. */
function useErase() {
  const { me, session, restart } = useDevice();
  const work = useWork();
  const erase = () =>
    work.run(async () => {
      await session.erase();
      await forgetDevice(me.subject);
      restart();
    });
  return { ...work, erase };
}

/** A device that waits in the old account forgets it first. */
export function LeaveOldAccount({ onLater }: { readonly onLater: () => void }) {
  const { isBusy, problem, erase } = useErase();
  return (
    <main class="alone">
      <div class="brand">
        <Leaf />
        <p>{all.app}</p>
      </div>
      <section class="card narrow" aria-labelledby="anew">
        <span class="roundel danger" aria-hidden="true">
          <Icon name="alert" />
        </span>
        <h1 id="anew">{T.title}</h1>
        <p>{T.leadMember}</p>
        <Problem>{problem}</Problem>
        <div class="actions start">
          <Button look="danger" isBusy={isBusy} onClick={erase}>
            {T.forget}
          </Button>
          <Button look="quiet" onClick={onLater}>
            {T.not}
          </Button>
        </div>
      </section>
    </main>
  );
}

/** On a device that knew the account before it was replaced. */
export function Replaced() {
  const { session } = useDevice();
  const { alarms } = useSnapshot(session);
  const { isBusy, problem, erase } = useErase();
  const [isOpen, setOpen] = useState(false);
  if (!alarms.some(({ error }) => error.code === "REPLACED")) return null;
  return (
    <Notice tone="calm" title={T.replaced}>
      {isOpen ? (
        <>
          <p>{T.replacedLead}</p>
          <Problem>{problem}</Problem>
          <div class="actions">
            <Button look="danger" isBusy={isBusy} onClick={erase}>
              {T.erase}
            </Button>
          </div>
        </>
      ) : (
        <div class="actions">
          <Button look="quiet" onClick={() => setOpen(true)}>
            {T.replacedGo}
          </Button>
        </div>
      )}
    </Notice>
  );
}
