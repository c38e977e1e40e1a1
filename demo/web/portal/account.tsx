// The own account: its devices, and the way to begin anew when all of them are lost.

import { useState } from "preact/hooks";
import { useWork } from "../hooks.js";
import { day, portalTexts as T } from "../texts.js";
import { Button, Dialog, Ending, Notice, Problem } from "../ui.js";
import * as portal from "./api.js";
import { DeviceLists, useDevices } from "./devices.js";
import { Confirmed, useConfirmedWork } from "./step-up.js";

export function AccountPage() {
  const { found, problem, refresh, isRotated } = useDevices();
  return (
    <>
      <h1>{T.account.title}</h1>
      <p class="lead">{T.account.lead}</p>
      <Problem>{problem}</Problem>
      {found && <DeviceLists found={found} isRotated={isRotated} refresh={refresh} />}
      {found?.devices && (
        <Reset until={found.resetUntil ?? undefined} coveredBy={escrowOf(found)} onChanged={refresh} />
      )}
    </>
  );
}

/** The site whose escrow the user has acknowledged: its admins can restore the account. */
function escrowOf({ devices, escrows = {} }: portal.PortalDevices): string | undefined {
  return devices?.flatMap(({ member, status }) => (status === "approved" ? (escrows[member] ?? []) : []))[0];
}

interface ResetProps {
  readonly until: number | undefined;
  readonly coveredBy: string | undefined;
  readonly onChanged: () => unknown;
}

function Reset({ until, coveredBy, onChanged }: ResetProps) {
  const [isOpen, setOpen] = useState(false);
  const { isBusy, problem, run } = useWork();
  const takeBack = () =>
    run(async () => {
      await portal.endReset();
      await onChanged();
    });
  return (
    <section aria-labelledby="reset">
      <h2 id="reset">{T.reset.title}</h2>
      {until === undefined ? (
        <Notice tone="calm" icon="alert" actions={<Button onClick={() => setOpen(true)}>{T.reset.open}</Button>}>
          <p>{coveredBy === undefined ? T.reset.lead : T.reset.covered(coveredBy)}</p>
        </Notice>
      ) : (
        <Notice
          tone="warn"
          icon="alert"
          title={T.reset.allowed(day(new Date(until)))}
          isLive
          actions={
            <>
              <a class="button main" href="/">
                {T.reset.toInbox}
              </a>
              <Button look="quiet" isBusy={isBusy} onClick={takeBack}>
                {T.reset.takeBack}
              </Button>
            </>
          }
        >
          <p>{T.reset.allowedLead}</p>
          <Problem>{problem}</Problem>
        </Notice>
      )}
      {isOpen && (
        <ConfirmReset
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false);
            void onChanged();
          }}
        />
      )}
    </section>
  );
}

function ConfirmReset({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const { isBusy, problem, run } = useConfirmedWork();
  const allow = async () => {
    if (await run(() => portal.allowReset())) onDone();
  };
  return (
    <Dialog title={T.reset.confirmTitle} onClose={onClose}>
      <ul class="bullets">
        {T.reset.points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <Confirmed>
        <Ending problem={problem} onCancel={onClose}>
          <Button look="danger" isBusy={isBusy} onClick={allow}>
            {T.reset.go}
          </Button>
        </Ending>
      </Confirmed>
    </Dialog>
  );
}
