// What screens share: the session and its snapshot, the address, the theme, work that is under way.

import type { Session, Snapshot } from "keystead/client";
import { createContext } from "preact";
import { useCallback, useContext, useEffect, useState } from "preact/hooks";
import type { Me } from "./api.js";
import { explain } from "./texts.js";

export interface Device {
  readonly me: Me;
  readonly session: Session;
  /** Ends this session and asks the server anew who is signed in. */
  readonly restart: () => void;
}

export const DeviceContext = createContext<Device | undefined>(undefined);

export function useDevice(): Device {
  const device = useContext(DeviceContext);
  if (!device) throw new Error("there is no session here");
  return device;
}

/** Tells the user, above the screen, that what they waited for is done. */
export const NewsContext = createContext<(text: string) => void>(() => {});

/** The session's snapshot; draws again whenever it changes. */
export function useSnapshot(session: Session): Snapshot {
  const [snapshot, setSnapshot] = useState(session.getSnapshot());
  useEffect(() => {
    setSnapshot(session.getSnapshot());
    return session.subscribe(() => setSnapshot(session.getSnapshot()));
  }, [session]);
  return snapshot;
}

/** The screen that the address names: `#/devices`. */
export function useScreen(): string {
  const read = () => location.hash.replace(/^#\/?/, "") || "inbox";
  const [screen, setScreen] = useState(read);
  useEffect(() => {
    const changed = () => {
      setScreen(read());
      // Another screen begins at its top. A message beside the list of messages is no other screen.
      if (!location.hash.startsWith("#/inbox/")) scrollTo(0, 0);
    };
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return screen;
}

export type Theme = "auto" | "light" | "dark";

const chosenTheme = (): Theme => (localStorage.getItem("theme") as Theme | null) ?? "auto";

/** Gives every page the colours that were chosen. Called before the first one is drawn. */
export function applyTheme(): void {
  document.documentElement.dataset["theme"] = chosenTheme();
}

export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(chosenTheme);
  const choose = (next: Theme) => {
    localStorage.setItem("theme", next);
    applyTheme();
    setTheme(next);
  };
  return [theme, choose];
}

export interface Work {
  readonly isBusy: boolean;
  /** What went wrong last, in words. */
  readonly problem: string | undefined;
  /** Runs something, one at a time. @returns whether it was done */
  readonly run: (work: () => Promise<unknown>) => Promise<boolean>;
  readonly clear: () => void;
}

/** Something that a button starts. */
export function useWork(): Work {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(explain(error));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { isBusy, problem, run, clear: useCallback(() => setProblem(undefined), []) };
}
