// What views say, in English: tests read sentences, and members by their names.

import type { Gap } from "../../src/coverage/gaps.js";
import type { MemberName } from "../../src/coverage/names.js";
import type { Warning } from "../../src/coverage/warnings.js";
import type { Activity } from "../../src/views/activity.js";
import type { MembersSeenBy } from "../../src/views/devices.js";
import { english } from "../../src/views/english.js";
import { type Catalogue, type Tellable, textOf } from "../../src/views/texts.js";

/** A catalogue whose every word is its place in the catalogue: what is left of a table without these is the library's own. */
export const places: Catalogue = {
  day: () => "<day>",
  runs: () => "<runs>",
  epochs: () => "<epochs>",
  stretch: () => "<stretch>",
  list: () => "<list>",
  texts: Object.fromEntries(
    Object.keys(english.texts).map((code) => [code, () => `<${code}>`]),
  ) as unknown as Catalogue["texts"],
  words: Object.fromEntries(
    Object.entries(english.words).map(([group, words]) => [
      group,
      Object.fromEntries(Object.keys(words).map((word) => [word, `<${group} ${word}>`])),
    ]),
  ) as unknown as Catalogue["words"],
};

/** The English text. */
export const say = (thing: Tellable): string => textOf(thing, english);

/** T with every member's name in words. */
export type Named<T> = T extends MemberName
  ? string
  : T extends Date | Map<unknown, unknown> | Uint8Array
    ? T
    : T extends object
      ? { readonly [K in keyof T]: Named<T[K]> }
      : T;

/** Puts every member's name in it into words. */
export function named<T>(value: T): Named<T> {
  if (Array.isArray(value)) return value.map((each) => named(each)) as Named<T>;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value as Named<T>;
  }
  if (isName(value)) return say(value) as Named<T>;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, named(each)])) as Named<T>;
}

function isName(value: object): value is MemberName {
  return "code" in value && "shortId" in value && "withId" in value;
}

/** What to do about a gap. */
export const adviceOn = (gap: Gap | undefined): string | undefined => gap?.advice.map(say).join("; ");

/** A warning as a window prints it. */
export function spokenWarning(warning: Warning) {
  const { code, members, stretch } = warning;
  const about = { code, members, text: say(warning) };
  if (!stretch) return about;
  const { from, to, since, until } = stretch;
  return { ...about, stretch: { from, to, since, until } };
}

/** A line of activity as a window prints it. */
export function spokenActivity(activity: Activity) {
  const { seq, type, author, when } = activity;
  return { seq, type, author, when, text: say(activity) };
}

type Spoken<V> = Named<Omit<V, "warnings" | "activity">> & {
  readonly warnings: readonly ReturnType<typeof spokenWarning>[];
  readonly activity: readonly ReturnType<typeof spokenActivity>[];
};

/** A view of devices as a window prints it: names, warnings and activity in words. */
export function spokenView<V extends Pick<MembersSeenBy, "warnings" | "activity">>(view: V): Spoken<V> {
  const { warnings, activity, ...rest } = view;
  const words = { warnings: warnings.map(spokenWarning), activity: activity.map(spokenActivity) };
  return Object.assign(named(rest), words) as unknown as Spoken<V>;
}
