// The English words of the recovery sheet. docs/spec.md section 9.

import { freeze } from "../bytes/frozen.js";
import type { SheetTexts } from "./sheet.js";

/** The English recovery sheet. Dates are days with their time zone, as `2026-03-05 (UTC)`. */
export const englishSheet: SheetTexts = /* @__PURE__ */ freeze<SheetTexts>({
  title: (service) => `${service}: backup key`,
  names: { account: "Account", made: "Made on", opens: "Opens", named: "Named" },
  day: (date, timeZone) => `${isoDay(date, timeZone)} (${timeZone})`,
  opens: (since) => (since === undefined ? "everything" : `data from ${since} on`),
  advice: [
    "Anybody who has this key can read this account's data.",
    "Keep it as you keep your passport, and not with your devices.",
    "To get back in on a new device: sign in, choose “Use a backup key”,",
    "and type or scan it. Capital or small letters, spaces and dashes do",
    "not matter; type ? for a character that you cannot read.",
    "If it is lost or was seen by others, remove it in the list of devices",
    "and make another.",
  ],
});

/** A day as ISO 8601 writes it, in a time zone. */
function isoDay(date: Date, timeZone: string): string {
  const options = { timeZone, year: "numeric", month: "2-digit", day: "2-digit", calendar: "iso8601" } as const;
  const parts = new Intl.DateTimeFormat("en", options).formatToParts(date);
  return ["year", "month", "day"].map((type) => parts.find((part) => part.type === type)?.value).join("-");
}
