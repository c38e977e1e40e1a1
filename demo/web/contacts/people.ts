// Colleagues, and the notes that people write to each other: what the server passes on, opened on this device.

import { KeysteadError } from "keystead";
import type { Session } from "keystead/client";
import { useEffect, useState } from "preact/hooks";
import { ApiError, ask } from "../api.js";
import { useDevice, useSnapshot } from "../hooks.js";

/** Somebody else at the clinic. */
export interface Person {
  readonly account: string;
  readonly name: string;
  readonly role: string;
  readonly subject: string;
  /** Whether there are keys to seal to. */
  readonly hasLog: boolean;
}

/** What the server knows of a note. */
interface StoredNote {
  readonly id: string;
  readonly sender: string;
  readonly at: number;
}

/** What is to be said of the device that sent a note. */
export type Doubt = "neither" | "restored" | "removedSince" | "former";

/** A note as this device sees it. */
export type SeenNote = StoredNote &
  (
    | { readonly state: "open"; readonly text: string; readonly doubts: readonly Doubt[] }
    | { readonly state: "locked" | "damaged" | "alarmed" | "opening" }
  );

const NOTES_EVERY = 3_000;
const PEOPLE_EVERY = 10_000;

/** Everybody else; undefined until the server has answered. */
export function usePeople(): readonly Person[] | undefined {
  const [people, setPeople] = useState<readonly Person[]>();
  useRepeated(async (isOver) => {
    const found = (await (await ask("/colleagues")).json()) as readonly Person[];
    if (!isOver()) setPeople(found);
  }, PEOPLE_EVERY);
  return people;
}

/** Runs something now and from time to time, until the screen is left. What fails is tried again the next time. */
export function useRepeated(work: (isOver: () => boolean) => Promise<void>, every: number, on: unknown = ""): void {
  useEffect(() => {
    let isEnded = false;
    const run = () => void work(() => isEnded).catch(() => undefined);
    run();
    const timer = setInterval(run, every);
    return () => {
      isEnded = true;
      clearInterval(timer);
    };
  }, [on, every]);
}

/** Notes between this account and a colleague, oldest first, and a look for new ones. */
export function useNotes({ account, subject, hasLog }: Person): readonly [readonly SeenNote[], () => Promise<void>] {
  const { me, session } = useDevice();
  const { devices, contacts } = useSnapshot(session);
  const [stored, setStored] = useState<readonly StoredNote[]>([]);
  const [seen, setSeen] = useState<ReadonlyMap<string, SeenNote>>(new Map());
  const look = async (isOver = () => false) => {
    const found = (await (await ask(`/messages/with/${account}`)).json()) as readonly StoredNote[];
    if (!isOver()) setStored((before) => (before.length === found.length ? before : found));
  };
  useRepeated(look, NOTES_EVERY, account);
  // Opened again when this device has got keys, or the colleague's log has changed.
  const contact = contacts.find((each) => each.subject === subject);
  const reach = `${devices?.head.seq} ${devices?.me.access?.epoch} ${contact?.head.hash} ${contact?.news} ${contact?.change?.tracked.hash}`;
  useEffect(() => {
    let isOver = false;
    const openAll = async () => {
      for (const note of stored) {
        const opened = await open(session, note, { me: me.account, own: me.subject, subject, hasLog });
        if (isOver) return;
        setSeen((all) => new Map(all).set(note.id, opened));
      }
    };
    void openAll();
    return () => {
      isOver = true;
    };
  }, [stored, reach, session, hasLog]);
  return [stored.map((note) => seen.get(note.id) ?? { ...note, state: "opening" }), look];
}

interface Sides {
  /** The account that is signed in. */
  readonly me: string;
  /** Subjects of this account, and of the colleague. */
  readonly own: string;
  readonly subject: string;
  readonly hasLog: boolean;
}

async function open(session: Session, note: StoredNote, sides: Sides): Promise<SeenNote> {
  const isMine = note.sender === sides.me;
  try {
    const sealed = new Uint8Array(await (await ask(`/messages/${note.id}`)).arrayBuffer());
    const [from, to] = isMine ? [sides.own, sides.subject] : [sides.subject, sides.own];
    const expected = { purpose: "note", associatedData: placeOf(note.id, from, to) };
    const read = (bytes: Uint8Array, doubts: readonly Doubt[]): SeenNote => ({
      ...{ ...note, state: "open", doubts },
      text: new TextDecoder().decode(bytes),
    });
    if (isMine) return read(await session.open(sealed, { ...expected, senderLog: session.log }), []);
    try {
      const { plaintext, sender } = await session.openFrom(sealed, sides.subject, expected);
      return read(plaintext, [
        ...(sender.trust === "founding" ? [] : [sender.trust]),
        ...(sender.removedSince ? (["removedSince"] as const) : []),
      ]);
    } catch (error) {
      if (KeysteadError.from(error)?.code !== "WRONG_SUBJECT") throw error;
      return read(await session.open(sealed, expected), ["former"]);
    }
  } catch (error) {
    return { ...note, state: stateFor(error) };
  }
}

function stateFor(error: unknown): "locked" | "damaged" | "alarmed" | "opening" {
  if (error instanceof ApiError) return "opening";
  switch (KeysteadError.from(error)?.code) {
    case "NO_ACCESS":
    case "NOT_A_RECIPIENT":
      return "locked";
    case "CONTACT_CHANGED":
    case "FORKED":
    case "STALE_LOG":
      return "alarmed";
    case "OFFLINE":
      return "opening";
    default:
      return "damaged";
  }
}

/** Seals a note to the devices of a colleague, and of this account, and has the server pass it on. */
export async function sendNote(
  session: Session,
  { account, subject }: Person,
  own: string,
  text: string,
): Promise<void> {
  const id = crypto.randomUUID();
  const sealed = await session.seal(new TextEncoder().encode(text), {
    ...{ purpose: "note", associatedData: placeOf(id, own, subject), to: [subject], sign: true, pad: true },
  });
  await ask(`/messages/with/${account}/${id}`, { method: "PUT", body: new Uint8Array(sealed) });
}

/** Bound to its id and its direction: the server cannot show a note as another one, or as an answer. */
function placeOf(id: string, from: string, to: string): Uint8Array {
  return new TextEncoder().encode(`${id} ${from} ${to}`);
}
