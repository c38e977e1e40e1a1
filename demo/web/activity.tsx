// What happened to somebody's devices, and what to look at: the same on the pages of users, of admins and of the portal.

import type { Warning } from "keystead";
import { day, T } from "./texts.js";
import { Icon } from "./ui.js";

interface Happened {
  readonly seq: number;
  readonly when: Date;
}

interface TimelineProps<L extends Happened> {
  readonly links: readonly L[];
  readonly words: (link: L) => string;
}

export function Timeline<L extends Happened>({ links, words }: TimelineProps<L>) {
  return (
    <ol class="timeline">
      {links.map((link) => (
        <li key={link.seq}>
          <time dateTime={link.when.toISOString()}>{day(link.when)}</time>
          <span>{words(link)}</span>
        </li>
      ))}
    </ol>
  );
}

interface WarningsProps {
  readonly id: string;
  readonly warnings: readonly Warning[];
  readonly words: (warning: Warning) => string;
}

/** @param id of its heading, unique on the page */
export function Warnings({ id, warnings, words }: WarningsProps) {
  if (warnings.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{T.devices.warnings}</h2>
      <ul class="list tight">
        {warnings.map((warning) => (
          <li key={words(warning)} class="line">
            <Icon name="alert" />
            <span>{words(warning)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
