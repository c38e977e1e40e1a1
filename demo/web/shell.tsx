// The frame around every screen: where one can go, which device this is, and what it needs.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import * as api from "./api.js";
import { Asks } from "./asks.js";
import { slot } from "./device.js";
import { closeDesk } from "./escrow/desk.js";
import { NewsContext, type Theme, useDevice, useSnapshot, useTheme, useWork } from "./hooks.js";
import { escrowTexts, nameOf, portalTexts, T } from "./texts.js";
import { Button, Icon, type IconName, Leaf, Notice } from "./ui.js";

const SCREENS: readonly (readonly [screen: string, icon: IconName, name: string, short: string])[] = [
  ["inbox", "inbox", T.nav.inbox, T.nav.inbox],
  ["people", "people", T.nav.people, T.nav.peopleShort],
  ["devices", "devices", T.nav.devices, T.nav.devicesShort],
  ["backup", "paper", T.nav.backup, T.nav.backupShort],
  ["lies", "shield", T.nav.lies, T.nav.liesShort],
];

const ESCROW = ["escrow", "key", escrowTexts.nav, escrowTexts.nav] as const;

export function Shell({ screen, children }: { readonly screen: string; readonly children: ComponentChildren }) {
  const { me, session } = useDevice();
  const { devices, connection, pending, alarms, status } = useSnapshot(session);
  const waiting = devices?.pending.length ?? 0;
  const [isOpen, setOpen] = useState(false);
  const [news, setNews] = useState<string>();
  const before = useRef(status);
  useEffect(() => {
    if (before.current === "waiting" && status === "ready") setNews(T.news.ready);
    before.current = status;
  }, [status]);
  useEffect(() => setNews(undefined), [screen]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {T.skip}
      </a>
      <div class="side">
        <div class="brand">
          <Leaf />
          <p>{T.app}</p>
        </div>
        <button
          type="button"
          class="more"
          aria-label={T.menu.more}
          aria-expanded={isOpen}
          aria-controls="foot"
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="menu" />
        </button>
        <nav aria-label={T.nav.main}>
          {(me.mayAddEscrowDevices ? [...SCREENS, ESCROW] : SCREENS).map(([name, icon, long, short]) => (
            <a key={name} href={`#/${name}`} aria-current={screen.startsWith(name) ? "page" : undefined}>
              <Icon name={icon} />
              <span class="long">{long}</span>
              <span class="short" aria-hidden="true">
                {short}
              </span>
              {name === "devices" && waiting > 0 && (
                <>
                  <span class="count" aria-hidden="true">
                    {waiting}
                  </span>
                  <span class="hidden"> {T.devices.waiting(waiting)}</span>
                </>
              )}
            </a>
          ))}
        </nav>
        <div id="foot" class={isOpen ? "foot" : "foot closed"}>
          <p class="whoami">
            <span class="face" aria-hidden="true">
              {me.name[0]}
            </span>
            <span>
              <strong>{me.name}</strong>
              {devices && <span class="muted">{nameOf(devices.me.name)}</span>}
            </span>
          </p>
          <p class={`connection ${alarms.length > 0 ? "invalid" : connection}`} role="status">
            {alarms.length > 0
              ? T.alarmed
              : pending
                ? T.pending(T.intents[pending.intent] ?? pending.intent)
                : T.connections[connection]}
          </p>
          <ThemeSwitch />
          <Ways />
          <SignOut />
        </div>
      </div>
      <main id="main" tabIndex={-1}>
        <NewsContext.Provider value={setNews}>
          {/* Those pages ask about the escrow device, and have digits of their own. */}
          {!screen.startsWith("escrow") && (
            <Asks>{news !== undefined && <News text={news} onHide={() => setNews(undefined)} />}</Asks>
          )}
          {children}
        </NewsContext.Provider>
      </main>
    </div>
  );
}

function News({ text, onHide }: { readonly text: string; readonly onHide: () => void }) {
  return (
    <Notice
      tone="good"
      icon="check"
      isLive
      actions={
        <Button look="quiet" onClick={onHide}>
          {T.news.hide}
        </Button>
      }
    >
      <p>{text}</p>
    </Notice>
  );
}

const THEMES: readonly (readonly [Theme, IconName])[] = [
  ["auto", "auto"],
  ["light", "sun"],
  ["dark", "moon"],
];

function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  return (
    <div class="colours">
      <fieldset class="themes">
        <legend class="hidden">{T.theme.label}</legend>
        {THEMES.map(([each, icon]) => (
          <label key={each}>
            <input type="radio" name="theme" checked={theme === each} onChange={() => setTheme(each)} />
            <Icon name={icon} />
            <span class="hidden">{T.theme[each]}</span>
          </label>
        ))}
      </fieldset>
      {/* What the chosen sign means; each choice has its own name. */}
      <span class="hint" aria-hidden="true">
        {T.theme[theme]}
      </span>
    </div>
  );
}

/**
 * Ways out of this page, with a line on each: a tooltip is for a mouse alone. Each browser profile is a device; the first makes one more
 * in the same browser, to see both at once.
 */
function Ways() {
  const next = slot === "" ? "second" : `${slot}-next`;
  const id = useId();
  const ways: readonly (readonly [href: string, icon: IconName, name: string, hint: string])[] = [
    [`/d/${next}`, "plus", T.menu.another, T.menu.anotherHint],
    ["/talk", "devices", T.menu.talk, T.menu.talkHint],
    ["/portal", "shield", portalTexts.title, T.menu.portalHint],
  ];
  // In the page that shows several devices, that page is here already.
  return ways.map(([href, icon, name, hint], at) =>
    href === "/talk" && window.top !== window ? null : (
      <p class="way" key={href}>
        <a
          class="button quiet"
          href={href}
          aria-describedby={`${id}-${at}`}
          {...(at === 0 && { target: "_blank", rel: "noopener" })}
        >
          <Icon name={icon} />
          {name}
        </a>
        <span class="hint" id={`${id}-${at}`}>
          {hint}
        </span>
      </p>
    ),
  );
}

export function SignOut() {
  const { restart } = useDevice();
  const { isBusy, run } = useWork();
  return (
    <Button
      look="quiet"
      icon="out"
      isBusy={isBusy}
      onClick={() =>
        run(async () => {
          await api.signOut();
          closeDesk();
          restart();
        })
      }
    >
      {T.menu.signOut}
    </Button>
  );
}
