// Compares the account of a colleague with what that colleague shows: typed or scanned.

import type { ContactView } from "keystead/client";
import { useState } from "preact/hooks";
import { Given } from "../compare.js";
import { useDevice, useSnapshot, useWork } from "../hooks.js";
import { Tabs } from "../tabs.js";
import { contactTexts as C, say, T } from "../texts.js";
import { Button, Dialog, Groups, Notice, Problem, Qr } from "../ui.js";

interface FingerprintsProps {
  readonly name: string;
  readonly view: ContactView;
  readonly onClose: () => void;
}

export function Fingerprints({ name, view, onClose }: FingerprintsProps) {
  const { session } = useDevice();
  const { devices } = useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const [way, setWay] = useState<"byText" | "byCamera">("byText");
  const [found, setFound] = useState<Awaited<ReturnType<typeof session.compareContact>>>();
  const isReplaced = view.change?.status === "replaced";
  const check = (shown: string) =>
    run(async () => {
      const result = await session.compareContact(view.subject, shown);
      setFound(result);
      if (result.token && !isReplaced) await session.acknowledge(current(), { compared: result.token });
    });
  /** The view after the look that the comparison took. */
  const current = () => session.getSnapshot().contacts.find(({ subject }) => subject === view.subject) ?? view;
  const goOn = () =>
    run(async () => {
      if (!found?.token) return;
      await session.acknowledge(current(), { compared: found.token, evenIf: "replaced" });
      onClose();
    });
  const isMatch = found?.token !== undefined;
  return (
    <Dialog title={C.dialog(name)} onClose={onClose} isWide>
      <p>{C.ask(name)}</p>
      {isMatch ? (
        <Notice tone="good" icon="check" isLive>
          <p>{C.matched(name)}</p>
        </Notice>
      ) : (
        <>
          {found && (
            <Notice tone="danger" icon="alert" isLive>
              <p>{say(found)}</p>
              {found.status === "not-recognised" && <p>{C.stays(name)}</p>}
              {(found.status === "mismatch" || found.status === "other-log") && <p>{C.differs(name)}</p>}
            </Notice>
          )}
          <section class="panel">
            <h3>{C.theirs(name)}</h3>
            <Tabs
              label={T.compare.ways}
              tabs={[
                ["byText", C.text],
                ["byCamera", C.camera],
              ]}
              chosen={way}
              onChoose={setWay}
            >
              <Given key={`${way} ${found?.status}`} way={way} onGiven={check} />
            </Tabs>
          </section>
        </>
      )}
      <Problem>{problem}</Problem>
      {devices && (
        <section class="panel">
          <h3>{C.yours}</h3>
          <div class="self">
            <Groups text={devices.logFingerprint} label={C.yours} />
            <Qr text={devices.logFingerprintQr} label={C.yours} />
          </div>
        </section>
      )}
      <footer>
        {isMatch && isReplaced && (
          <Button look="danger" isBusy={isBusy} onClick={goOn}>
            {C.alarm.goOn}
          </Button>
        )}
        <Button onClick={onClose}>{T.close}</Button>
      </footer>
    </Dialog>
  );
}
