// A browser that is no escrow device yet: the first one opens the escrow log, every other joins it.

import { useState } from "preact/hooks";
import { describeBrowser } from "../device.js";
import { useDevice, useSnapshot, useWork } from "../hooks.js";
import { bytesOf } from "../setup.js";
import { escrowTexts as E, say } from "../texts.js";
import { Button, Field, Form, Icon, Notice, Problem } from "../ui.js";
import { forgetDesk, useDesk, useEscrow } from "./desk.js";

export function EscrowSetup() {
  const { me, session: mine } = useDevice();
  useSnapshot(mine);
  const { session, restart } = useDesk();
  const { status, devices } = useEscrow();
  const { isBusy, problem, run } = useWork();
  const { platform } = describeBrowser();
  const [name, setName] = useState(E.setup.defaultName(me.name.split(" ")[0] ?? me.name));
  const isFirst = !mine.escrowLog && status === "new";
  const isOut = status === "removed" || status === "superseded";
  const begin = () =>
    run(async () => {
      const device = { name: name.trim(), platform };
      const contact = E.setup.contact(me.name, me.role);
      if (isFirst)
        await session.create(device, {
          ...{ operator: bytesOf(me.operator), escrowContacts: [contact], userContacts: [contact] },
        });
      else await session.join(device);
    });
  const erase = () =>
    run(async () => {
      await session.erase();
      await forgetDesk(me);
      restart();
    });
  return (
    <section class="card narrow" aria-labelledby="escrow-setup">
      <span class={isOut ? "roundel danger" : "roundel"} aria-hidden="true">
        <Icon name={isOut ? "lock" : "shield"} />
      </span>
      <h2 id="escrow-setup">
        {isOut ? E.setup.removed : isFirst ? E.setup.first(me.site.name) : E.setup.another(me.site.name)}
      </h2>
      {isOut && devices?.me.removal && <p>{say(devices.me.removal)}</p>}
      <p>{isOut ? E.setup.removedLead : isFirst ? E.setup.firstLead : E.setup.anotherLead}</p>
      {isFirst && (
        <Notice tone="calm" icon="paper">
          <p>{E.setup.paperFollows}</p>
        </Notice>
      )}
      <Form onSubmit={begin}>
        <Field label={E.setup.name} value={name} onInput={setName} hint={E.setup.nameHint} maxLength={60} />
        <Problem>{problem}</Problem>
        <div class="actions">
          {isOut && (
            <Button isBusy={isBusy} onClick={erase}>
              {E.setup.erase}
            </Button>
          )}
          <Button look="main" submits isBusy={isBusy || status === "joining"} isOff={!name.trim()}>
            {isFirst ? E.setup.create : E.setup.join}
          </Button>
        </div>
      </Form>
    </section>
  );
}
