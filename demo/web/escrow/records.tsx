// What all admins did in escrow's name: recoveries and accesses, from the signed escrow log.

import { useMemo } from "preact/hooks";
import { day, escrowTexts as E, nameOf } from "../texts.js";
import { Badge } from "../ui.js";
import { useDesk, useEscrow } from "./desk.js";

interface Record {
  readonly seq: number;
  readonly when: Date;
  readonly what: "recovery" | "access";
  readonly by: string;
  readonly whose: string | undefined;
  /** The user's encryption keys that were opened. */
  readonly which: string | undefined;
  readonly why: string | undefined;
  readonly case: string | undefined;
  readonly status: "done" | "open" | "disowned" | undefined;
}

export function Records() {
  const { session, people } = useDesk();
  const { devices, openActs } = useEscrow();
  const records = useMemo((): readonly Record[] => {
    const names = new Map(devices?.members.map(({ member, name }) => [member, nameOf(name)]));
    const open = new Set(openActs.map(({ seq }) => seq));
    const whose = (subject: string | undefined) => (subject ? (people.get(subject)?.name ?? subject) : undefined);
    const acts = session.acts().map(
      ({ seq, when, admin, act, disowned }): Record => ({
        ...{ seq, when, what: "recovery", by: names.get(admin) ?? "", whose: whose(act?.subject), why: act?.reason },
        ...{ which: undefined, case: act?.case, status: disowned ? "disowned" : open.has(seq) ? "open" : "done" },
      }),
    );
    const accesses = session.accesses().map(
      ({ seq, when, admin, access }): Record => ({
        ...{
          seq,
          when,
          what: "access",
          by: names.get(admin) ?? "",
          whose: whose(access?.subject),
          why: access?.reason,
        },
        ...{ which: access && E.records.which(access.epochs), case: access?.case, status: undefined },
      }),
    );
    return [...acts, ...accesses].sort((a, b) => b.seq - a.seq);
  }, [session, devices, openActs, people]);
  return (
    <>
      <p class="lead">{E.records.lead}</p>
      {records.length === 0 ? (
        <p class="muted">
          {E.records.none} {E.records.where} <a href="#/escrow/report">{E.tabs.report}</a>
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <section class="scroll-x" tabIndex={0} aria-label={E.tabs.records}>
          <table class="table">
            <caption class="hidden">{E.tabs.records}</caption>
            <thead>
              <tr>
                {E.records.columns.map((title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {records.map(({ seq, when, what, which, by, whose, why, case: number, status }) => (
                <tr key={seq}>
                  <td class="dates">{day(when)}</td>
                  <td>
                    {E.records.what[what]}
                    {which && <span class="muted small">: {which}</span>}
                    {status && status !== "done" && (
                      <>
                        {" "}
                        <Badge tone="warn">{E.records.status[status]}</Badge>
                      </>
                    )}
                  </td>
                  <td>{whose ?? E.records.unreadable}</td>
                  <td>{by}</td>
                  <td>{[why, number && E.records.case(number)].filter(Boolean).join(" · ") || "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
