// The web portal: pages for somebody who is signed in, in a browser that is no device. No session is opened here, and no key is kept.

import { useCallback, useEffect, useState } from "preact/hooks";
import * as api from "../api.js";
import { useScreen, useWork } from "../hooks.js";
import { SignIn } from "../sign-in.js";
import { T as all, day, explain, portalTexts as T } from "../texts.js";
import { Button, Icon, type IconName, Leaf, Notice } from "../ui.js";
import { AccountPage } from "./account.js";
import { endStepUp } from "./api.js";
import { Mailbox } from "./mailbox.js";
import { People } from "./people.js";
import { StepUpContext, useStepUp } from "./step-up.js";

/** Whether this address is the portal's. */
export const isPortal = location.pathname.startsWith("/portal");

export function Portal() {
  const [me, setMe] = useState<api.Me | "nobody">();
  const [problem, setProblem] = useState<string>();
  const load = useCallback(() => {
    setProblem(undefined);
    api.me().then(
      (found) => setMe(found ?? "nobody"),
      (error) => setProblem(explain(error)),
    );
  }, []);
  useEffect(load, [load]);
  if (problem) {
    return (
      <main class="alone">
        <Notice tone="warn" icon="alert" title={problem} actions={<Button onClick={load}>{all.inbox.again}</Button>} />
      </main>
    );
  }
  if (me === "nobody") return <SignIn onSignedIn={load} />;
  if (!me) return <main class="alone" aria-busy="true" />;
  return <Pages me={me} reload={load} />;
}

const PAGES: readonly (readonly [screen: string, icon: IconName, name: string, short: string])[] = [
  ["account", "devices", T.nav.account, T.nav.accountShort],
  ["mailbox", "mail", T.nav.mailbox, T.nav.mailbox],
  ["people", "shield", T.nav.people, T.nav.people],
];

function Pages({ me, reload }: { readonly me: api.Me; readonly reload: () => void }) {
  const address = useScreen();
  const screen = PAGES.some(([name]) => address === name) ? address : "account";
  const stepUp = useStepUp();
  const { isBusy, run } = useWork();
  const signOut = () =>
    run(async () => {
      await api.signOut();
      reload();
    });
  const end = async () => {
    await endStepUp();
    stepUp.lost();
  };
  return (
    <StepUpContext.Provider value={stepUp}>
      <div class="shell portal">
        <a class="skip" href="#main">
          {all.skip}
        </a>
        <div class="side">
          <div class="brand">
            <Leaf />
            <p>
              {all.app}
              <span class="muted small">{T.title}</span>
            </p>
          </div>
          <nav aria-label={T.nav.main}>
            {PAGES.filter(([name]) => name !== "people" || me.isPortalAdmin || me.mayAddEscrowDevices).map(
              ([name, icon, long, short]) => (
                <a key={name} href={`#/${name}`} aria-current={screen === name ? "page" : undefined}>
                  <Icon name={icon} />
                  <span class="long">{long}</span>
                  <span class="short" aria-hidden="true">
                    {short}
                  </span>
                </a>
              ),
            )}
            <a href="/">
              <Icon name="inbox" />
              <span class="long">{T.toInbox}</span>
              <span class="short" aria-hidden="true">
                {T.toInbox}
              </span>
            </a>
          </nav>
          <div class="foot">
            <p class="whoami">
              <span class="face" aria-hidden="true">
                {me.name[0]}
              </span>
              <span>
                <strong>{me.name}</strong>
                <span class="muted">{me.site.name}</span>
              </span>
            </p>
            {stepUp.until && (
              <p class="connection reached" role="status">
                <span>
                  {T.stepUp.until(day(new Date(stepUp.until)))}{" "}
                  <button type="button" class="link" onClick={() => void end()}>
                    {T.stepUp.end}
                  </button>
                </span>
              </p>
            )}
            <Button look="quiet" icon="out" isBusy={isBusy} onClick={signOut}>
              {all.menu.signOut}
            </Button>
          </div>
        </div>
        <main id="main" tabIndex={-1}>
          <p class="keyless">
            <Icon name="lock" />
            {T.keyless}
          </p>
          {screen === "mailbox" ? <Mailbox /> : screen === "people" ? <People me={me} /> : <AccountPage />}
        </main>
      </div>
    </StepUpContext.Provider>
  );
}
