// From the sign-in to the screens: who is signed in, the session of this device, and where it stands.

import type { Session } from "keystead/client";
import { useCallback, useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { Backup } from "./backup.js";
import { Contacts } from "./contacts/contacts.js";
import { openDevice, remember } from "./device.js";
import { Devices } from "./devices.js";
import { EscrowScreens } from "./escrow/escrow.js";
import { NoticeBoard } from "./escrow/user.js";
import { type Device, DeviceContext, useDevice, useScreen, useSnapshot } from "./hooks.js";
import { Inbox } from "./inbox.js";
import { Lies } from "./lies.js";
import { Alarm, Locked } from "./locked.js";
import { LeaveOldAccount } from "./portal/begin-anew.js";
import { Setup } from "./setup.js";
import { Shell } from "./shell.js";
import { SignIn } from "./sign-in.js";
import { explain, T, words } from "./texts.js";
import { Button, Notice } from "./ui.js";

export function App() {
  const [me, setMe] = useState<api.Me | "nobody">();
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<string>();
  const [round, setRound] = useState(0);
  const restart = useCallback(() => setRound((count) => count + 1), []);
  useEffect(() => {
    let isOver = false;
    let opened: Session | undefined;
    const begin = async () => {
      setProblem(undefined);
      const found = await api.me();
      if (isOver) return;
      setMe(found ?? "nobody");
      if (!found) return;
      opened = await openDevice(found);
      if (isOver) opened.close();
      else setSession(opened);
    };
    begin().catch((error) => setProblem(explain(error)));
    return () => {
      isOver = true;
      opened?.close();
      setSession(undefined);
      setMe(undefined);
    };
  }, [round]);

  // The portal changes where an account works, and what it may do: looked at again when the user comes back to this page.
  useEffect(() => {
    const look = async () => {
      if (document.hidden || !me || me === "nobody") return;
      const now = await api.me().catch(() => me);
      if (JSON.stringify(now) !== JSON.stringify({ ...me, hasLog: now?.hasLog })) restart();
    };
    const looked = () => void look();
    document.addEventListener("visibilitychange", looked);
    return () => document.removeEventListener("visibilitychange", looked);
  }, [me, restart]);

  if (problem) {
    return (
      <main class="alone">
        <Notice tone="warn" icon="alert" title={problem} actions={<Button onClick={restart}>{T.inbox.again}</Button>} />
      </main>
    );
  }
  if (me === "nobody") return <SignIn onSignedIn={restart} />;
  if (!me || !session)
    return (
      <main class="alone" aria-busy="true">
        <p class="center muted opening">{T.busy}</p>
      </main>
    );
  return (
    <DeviceContext.Provider value={{ me, session, restart } satisfies Device}>
      <Screens />
    </DeviceContext.Provider>
  );
}

function Screens() {
  const { me, session, restart } = useDevice();
  const snapshot = useSnapshot(session);
  const screen = useScreen();
  const member = snapshot.devices?.me.member;
  useEffect(() => {
    if (member) remember(me.subject, member);
  }, [me, member]);
  const [staysOld, setStaysOld] = useState(false);
  const keepsReading = !snapshot.asks.some(({ question }) => question === "standing");

  if (me.mayBeginAnew && snapshot.status === "waiting" && !staysOld)
    return <LeaveOldAccount onLater={() => setStaysOld(true)} />;
  switch (snapshot.status) {
    case "new":
    case "joining":
    case "lost":
      return <Setup />;
    case "closed":
      return (
        <main class="alone">
          <Notice
            tone="calm"
            icon="out"
            title={words.words.sessions.closed}
            actions={<Button onClick={restart}>{T.inbox.again}</Button>}
          />
        </main>
      );
    case "alarm":
      if (screen !== "lies") return <Alarm />;
      break;
    case "removed":
    case "superseded":
      if (!keepsReading) return <Locked />;
  }
  return (
    <Shell screen={screen}>
      {screen.startsWith("devices") ? (
        <Devices />
      ) : screen.startsWith("backup") ? (
        <Backup />
      ) : screen.startsWith("people") ? (
        <Contacts />
      ) : screen === "lies" ? (
        <Lies />
      ) : screen.startsWith("escrow") ? (
        <EscrowScreens screen={screen} />
      ) : screen === "notice" ? (
        <NoticeBoard />
      ) : (
        <Inbox />
      )}
    </Shell>
  );
}
