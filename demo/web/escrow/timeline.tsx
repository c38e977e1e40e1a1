// What escrow covers of somebody's data, as a picture in time, and as a table that says the same.

import type { UserCoverage } from "keystead/escrow";
import { useId } from "preact/hooks";
import { day, escrowTexts as E, nameOf, shortDate } from "../texts.js";

export const PARTS = ["covered", "gap", "withheld", "lost"] as const;
export type Part = (typeof PARTS)[number];

/** A stretch of somebody's data, and what is to be said of it. */
export interface Segment {
  readonly part: Part;
  readonly since: Date;
  /** Undefined: until now. */
  readonly until: Date | undefined;
  readonly says: string;
}

/** The whole of somebody's data, oldest first. */
export function segmentsOf({ covered, gaps, withheld, lost }: UserCoverage): readonly Segment[] {
  const segments: readonly (Segment & { readonly from: number })[] = [
    ...covered.map((each) => ({ ...each, part: "covered" as const, says: E.timeline.covered })),
    ...gaps.map((gap) => ({
      ...gap,
      part: "gap" as const,
      says: E.timeline.gap(
        gap.closers.map(({ name, lastSeen }) => E.timeline.closer(nameOf(name), lastSeen && day(lastSeen))),
      ),
    })),
    ...withheld.map((each) => ({ ...each, part: "withheld" as const, says: E.timeline.withheld })),
    ...lost.map((stretch) => ({
      ...stretch,
      part: "lost" as const,
      says: E.timeline.lost(stretch.keepers.map(({ name, can }) => E.timeline.keeper(nameOf(name), can))),
    })),
  ];
  return [...segments].sort((a, b) => a.from - b.from);
}

const HEIGHT = { small: 12, big: 34 };
const WIDTH = 600;

interface BarProps {
  readonly coverage: UserCoverage;
  readonly size: "small" | "big";
  /** Where the picture begins, in milliseconds since 1970: pictures below one another have the same scale. */
  readonly from: number;
  readonly label: string;
}

/** Colours differ, and so do patterns: nobody needs to tell colours apart. */
export function Bar({ coverage, size, from, label }: BarProps) {
  const id = useId();
  const height = HEIGHT[size];
  const now = Date.now();
  const x = (time: number): number =>
    Math.min(WIDTH - 4, Math.max(0, (WIDTH * (time - from)) / Math.max(1, now - from)));
  return (
    <svg
      class={`coverage ${size}`}
      viewBox={`0 0 ${WIDTH} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <defs>
        <pattern id={`${id}-gap`} width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="7" height="7" class="gap-ground" />
          <rect width="3" height="7" class="gap-stripe" />
        </pattern>
        <pattern id={`${id}-withheld`} width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" class="gap-ground" />
          <circle cx="3" cy="3" r="1.3" class="gap-stripe" />
        </pattern>
      </defs>
      <rect class="before" x="0" y={height / 2 - 1} width={WIDTH} height="2" />
      {segmentsOf(coverage).map(({ part, since, until }) => {
        const [left, right] = [x(since.getTime()), x(until?.getTime() ?? now)];
        return (
          <rect
            key={since.getTime()}
            class={part}
            x={left}
            y={part === "lost" ? height * 0.3 : 0}
            width={Math.max(4, right - left - 1.5)}
            height={part === "lost" ? height * 0.4 : height}
            {...((part === "gap" || part === "withheld") && { fill: `url(#${id}-${part})` })}
          />
        );
      })}
    </svg>
  );
}

/** When somebody's data begins. */
export function startOf({ covered, gaps, withheld, lost }: UserCoverage): number {
  return Math.min(...[...covered, ...gaps, ...withheld, ...lost].map(({ since }) => since.getTime()), Date.now());
}

export function Legend() {
  return (
    <ul class="legend" aria-hidden="true">
      {(["covered", "gap", "lost"] as const).map((part) => (
        <li key={part}>
          <span class={`swatch ${part}`} />
          {E.timeline.legend[part]}
        </li>
      ))}
    </ul>
  );
}

/** The big picture of one person, with its dates and its table. */
export function Timeline({ coverage, name }: { readonly coverage: UserCoverage; readonly name: string }) {
  const from = startOf(coverage);
  const months = monthsSince(from);
  return (
    <figure class="timeline-figure">
      <Bar coverage={coverage} size="big" from={from} label={E.timeline.label(name)} />
      <div class="scale" aria-hidden="true">
        <span>{shortDate(new Date(from))}</span>
        {months > 2 && <span>{shortDate(new Date((from + Date.now()) / 2))}</span>}
        <span>{E.timeline.today}</span>
      </div>
      <Legend />
      <div class="scroll-x">
        <table class="table">
          <caption class="hidden">{E.timeline.label(name)}</caption>
          <thead>
            <tr>
              {E.timeline.columns.map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {segmentsOf(coverage).map(({ part, since, until, says }) => (
              <tr key={since.getTime()}>
                <td class="dates">{E.timeline.stretch(shortDate(since), until && shortDate(until))}</td>
                <td>
                  <span class={`swatch ${part}`} aria-hidden="true" /> {E.timeline.parts[part]}
                </td>
                <td>{says}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function monthsSince(from: number): number {
  return (Date.now() - from) / (30 * 86_400_000);
}
