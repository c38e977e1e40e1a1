// A browser that is no device of the account yet: begin, or join. The two are apart, so that a server that hides an account cannot
// make a second one unasked.

import { KeysteadError } from "keystead";
import { useRef, useState } from "preact/hooks";
import { describeBrowser } from "./device.js";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { SignOut } from "./shell.js";
import { portalTexts, T } from "./texts.js";
import { Button, Field, Form, Icon, Leaf, Notice, Problem } from "./ui.js";

export function Setup() {
  const { me, session } = useDevice();
  const { status, connection } = useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const described = describeBrowser();
  const [name, setName] = useState(described.name);
  const [isAnewHere, setAnewHere] = useState(me.mayBeginAnew);
  const isAnew = me.hasLog && isAnewHere;
  // While it is being done, the page says what was begun: the session is on its way already.
  const begun = useRef(status);
  if (!isBusy) begun.current = status;
  // Another device of the account was set up while this page was open.
  const [isSecond, setSecond] = useState(false);
  const hasLog = me.hasLog || isSecond;
  const isFirst = (!hasLog && begun.current === "new") || isAnew;
  const begin = () =>
    run(async () => {
      const device = { name: name.trim(), platform: described.platform };
      if (!isFirst) return await session.join(device);
      try {
        // Named now or never: by it the portal removes a lost device.
        await session.create(device, { operator: bytesOf(me.operator), unsafeReplace: isAnew });
      } catch (error) {
        const code = KeysteadError.from(error)?.code;
        if (isAnew || (code !== "LOST_RACE" && code !== "NOT_PERMITTED")) throw error;
        setSecond(true);
      }
    });
  // Where the account cannot be read, how the server was reached says more than the verb that found no account.
  const hindrance = connection === "reached" || connection === "never" ? undefined : T.connections[connection];
  const [title, lead] = isAnew
    ? [portalTexts.anew.title, portalTexts.anew.lead]
    : begun.current === "lost"
      ? [T.setup.lost, T.setup.lostLead]
      : isFirst
        ? [T.setup.newTitle(me.name.split(" ")[0] ?? me.name), T.setup.newLead]
        : [T.setup.joinTitle, T.setup.joinLead];
  return (
    <main class="alone">
      <div class="brand">
        <Leaf />
        <p>{T.app}</p>
      </div>
      <section class="card narrow" aria-labelledby="setup">
        <span class="roundel" aria-hidden="true">
          <Icon name={isFirst ? "shield" : "devices"} />
        </span>
        <h1 id="setup">{title}</h1>
        <p>{lead}</p>
        {status === "joining" && connection !== "reached" ? (
          <Notice tone="calm" isLive>
            <p>{T.setup.joining}</p>
          </Notice>
        ) : (
          <Form onSubmit={begin}>
            <Field label={T.setup.name} value={name} onInput={setName} hint={T.setup.nameHint} maxLength={60} />
            <Problem>{problem && (hindrance ?? problem)}</Problem>
            <Button look="main" submits isBusy={isBusy} isOff={!name.trim()}>
              {isAnew ? portalTexts.anew.go : isFirst ? T.setup.create : T.setup.join}
            </Button>
            {isAnew && (
              <Button look="quiet" onClick={() => setAnewHere(false)}>
                {portalTexts.anew.not}
              </Button>
            )}
          </Form>
        )}
      </section>
      {hasLog && !isAnew && (
        <p class="center muted">
          {portalTexts.lostAll} <a href="/portal">{portalTexts.title}</a>
        </p>
      )}
      <p class="center">
        <SignOut />
      </p>
    </main>
  );
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
