// The fingerprint that users compare: what it is, since when it is on the clinic's page, and what changed it.

import { useWork } from "../hooks.js";
import { day, escrowTexts as E, sayEscrow } from "../texts.js";
import { Button, CopyButton, Groups, Notice, Problem, Qr } from "../ui.js";
import * as api from "./api.js";
import { useDesk, useEscrow } from "./desk.js";

export function Publish() {
  const { session } = useDesk();
  const { devices, fingerprint, asks, status } = useEscrow();
  const { isBusy, problem, run } = useWork();
  if (!devices || !fingerprint) return null;
  const { digits, published, changedBy } = fingerprint;
  const isDue = asks.some(({ question }) => question === "publish-fingerprint");
  const publish = () =>
    run(async () => {
      await api.publish(digits);
      await session.fingerprintPublished();
    });
  return (
    <section aria-labelledby="escrow-fingerprint">
      <h2 id="escrow-fingerprint">{E.publish.title}</h2>
      <Notice
        tone={isDue ? "warn" : "calm"}
        icon="shield"
        title={isDue ? (published ? E.publish.changed : E.publish.never) : E.publish.done}
      >
        <p>{E.publish.lead}</p>
        {published && changedBy.length > 0 && (
          <ul class="bullets">
            {changedBy.map((link) => (
              <li key={link.seq}>
                {sayEscrow(link)}, {day(link.when)}
              </li>
            ))}
          </ul>
        )}
        <div class="self">
          <Groups text={digits} label={E.publish.title} />
          <Qr text={devices.logFingerprintQr} label={E.publish.qr} />
        </div>
        <div class="publish">
          {isDue && status === "ready" && (
            <Button look="main" isBusy={isBusy} onClick={publish}>
              {E.publish.go}
            </Button>
          )}
          <CopyButton text={digits} />
          <a class="button quiet" href="#/notice">
            {E.publish.see}
          </a>
        </div>
        <Problem>{problem}</Problem>
      </Notice>
    </section>
  );
}
