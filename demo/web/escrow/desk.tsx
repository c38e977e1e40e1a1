// The admin's session over the site's escrow log. It is opened with the first page about escrow, and stays open from page to page.

import { deleteIndexedDb, fetchTransport, indexedDbStore, webCryptoSealer } from "keystead/client";
import { type EscrowSession, type EscrowSnapshot, openEscrowSession } from "keystead/escrow-client";
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Me } from "../api.js";
import { slot } from "../device.js";
import { useDevice, useWork } from "../hooks.js";
import { Problem } from "../ui.js";
import * as api from "./api.js";
import { Report } from "./report-run.js";

/** What the pages about escrow share. */
export interface Desk {
  readonly session: EscrowSession;
  readonly report: Report;
  /** Everybody at the site, by subject. */
  readonly people: ReadonlyMap<string, api.Person>;
  readonly refreshPeople: () => Promise<ReadonlyMap<string, api.Person>>;
  /** Opens the session anew, after it was erased. */
  readonly restart: () => void;
}

const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("no admin is here");
  return desk;
}

/** The snapshot of the admin's session; draws again whenever it changes. */
export function useEscrow(): EscrowSnapshot {
  const { session } = useDesk();
  const [snapshot, setSnapshot] = useState(session.getSnapshot());
  useEffect(() => {
    setSnapshot(session.getSnapshot());
    return session.subscribe(() => setSnapshot(session.getSnapshot()));
  }, [session]);
  return snapshot;
}

const namespaceOf = ({ escrowSubject, account }: Me): string => `clinic.${escrowSubject}.${account}.${slot || "main"}`;

export const forgetDesk = (me: Me): Promise<void> => deleteIndexedDb(namespaceOf(me));

interface Opened {
  readonly session: EscrowSession;
  readonly report: Report;
}

/** Between two pages the session stays open. It ends with the page, or with the sign-in. */
let kept: { readonly namespace: string; readonly opened: Promise<Opened> } | undefined;

async function open(me: Me): Promise<Opened> {
  const namespace = namespaceOf(me);
  const session = await openEscrowSession({
    ...{ subject: me.escrowSubject, store: await indexedDbStore(namespace), sealer: await webCryptoSealer(namespace) },
    transport: fetchTransport({ url: `${location.origin}/keys`, headers: { "x-device": slot } }),
  });
  return { session, report: new Report(session) };
}

/** Ends the session of the one who was signed in. */
export function closeDesk(): void {
  void kept?.opened.then(({ session, report }) => {
    report.cancel();
    session.close();
  });
  kept = undefined;
}

export function DeskProvider({ children }: { readonly children: ComponentChildren }) {
  const { me } = useDevice();
  const { problem, run } = useWork();
  const [opened, setOpened] = useState<Opened>();
  const [people, setPeople] = useState<ReadonlyMap<string, api.Person>>(new Map());
  const [round, setRound] = useState(0);
  const refreshPeople = async () => {
    const all = new Map((await api.people()).map((each) => [each.subject, each]));
    setPeople(all);
    return all;
  };
  useEffect(() => {
    let isOver = false;
    void run(async () => {
      if (kept?.namespace !== namespaceOf(me)) {
        closeDesk();
        kept = { namespace: namespaceOf(me), opened: open(me) };
      }
      const found = await kept.opened;
      if (!isOver) setOpened(found);
      await found.session.sync();
      await refreshPeople();
    });
    return () => {
      isOver = true;
    };
  }, [me, round]);
  const restart = () => {
    closeDesk();
    setOpened(undefined);
    setRound((count) => count + 1);
  };
  return (
    <>
      <Problem>{problem}</Problem>
      {opened && (
        <DeskContext.Provider value={{ ...opened, people, refreshPeople, restart } satisfies Desk}>
          {children}
        </DeskContext.Provider>
      )}
    </>
  );
}
