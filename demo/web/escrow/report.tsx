// The coverage report: whose data the organisation could recover today, from when, and what to do about the rest.

import type { ErrorJson } from "keystead";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useWork } from "../hooks.js";
import { escrowTexts as E, say, shortDate } from "../texts.js";
import { Badge, Button, Field, Notice, Problem } from "../ui.js";
import * as api from "./api.js";
import { useDesk, useEscrow } from "./desk.js";
import { csvOf, FILTERS, type Filter, isIn, type ReportState, type Row, totalsOf, whyNot } from "./report-run.js";
import { Bar, Legend, startOf } from "./timeline.js";

const PAGE = 25;
const WANTED = 1000;

function useReport(): ReportState {
  const { report } = useDesk();
  const [state, setState] = useState(report.state);
  useEffect(() => {
    setState(report.state);
    return report.subscribe(() => setState(report.state));
  }, [report]);
  return state;
}

export function ReportPage() {
  const { report, refreshPeople, people } = useDesk();
  const { devices } = useEscrow();
  const { problem, run } = useWork();
  const state = useReport();
  const { rows, done, all, isRunning, isCancelled, took } = state;
  const start = () => run(async () => report.run([...(await refreshPeople()).values()]));
  return (
    <>
      <p class="lead">{E.report.lead}</p>
      <div class="actions start">
        <Button look="main" icon="check" isOff={isRunning || !devices || devices.needs.length > 0} onClick={start}>
          {rows.length > 0 ? E.report.again : E.report.run(people.size)}
        </Button>
        {isRunning && <Button onClick={() => report.cancel()}>{E.report.cancel}</Button>}
        <MakePeople isOff={isRunning} />
      </div>
      {devices && devices.needs.length > 0 && (
        <Notice tone="calm" icon="shield">
          <p>{E.report.notYet}</p>
        </Notice>
      )}
      <Problem>{problem}</Problem>
      {(isRunning || all > 0) && (
        <div class="progress">
          <progress max={all} value={done} aria-label={E.report.progress(done, all)} />
          <p class="muted small" role="status">
            {isRunning
              ? E.report.progress(done, all)
              : isCancelled
                ? E.report.cancelled(done, all)
                : E.report.finished(all, Math.round((took ?? 0) / 1000))}
          </p>
        </div>
      )}
      {rows.length > 0 && <Rows rows={rows} isRunning={isRunning} />}
    </>
  );
}

/** People who are made up by the server, once: so that the report has something to show. */
function MakePeople({ isOff }: { readonly isOff: boolean }) {
  const { refreshPeople } = useDesk();
  const { isBusy, problem, run } = useWork();
  const [making, setMaking] = useState<api.Making>();
  useEffect(() => {
    void run(async () => setMaking(await api.making()));
  }, [run]);
  const isRunning = making?.isRunning ?? false;
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => {
      void api.making().then((now) => {
        setMaking(now);
        if (!now.isRunning) void refreshPeople();
      });
    }, 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  if (!making) return <Problem>{problem}</Problem>;
  if (making.made >= WANTED) return null;
  return (
    <>
      <Button
        look="quiet"
        icon="plus"
        isBusy={isBusy}
        isOff={isOff || isRunning}
        onClick={() => run(async () => setMaking(await api.make(WANTED)))}
      >
        {isRunning ? E.report.making(making.made, making.wanted) : E.report.make(WANTED)}
      </Button>
      <Problem>{problem && E.report.notYet}</Problem>
    </>
  );
}

function Rows({ rows, isRunning }: { readonly rows: readonly Row[]; readonly isRunning: boolean }) {
  const [filter, setFilter] = useState<Filter>("all");
  const [search, setSearch] = useState("");
  const [page, setPage] = useState(0);
  const sought = search.trim().toLocaleLowerCase();
  const found = rows.filter(
    (row) => isIn(filter, row) && (sought === "" || row.person.name.toLocaleLowerCase().includes(sought)),
  );
  const pages = Math.max(1, Math.ceil(found.length / PAGE));
  const at = Math.min(page, pages - 1);
  const shown = found.slice(at * PAGE, (at + 1) * PAGE);
  const choose = (next: Filter) => {
    setFilter(next);
    setPage(0);
  };
  return (
    <>
      {!isRunning && <Totals rows={rows} />}
      <section aria-labelledby="escrow-people">
        <h2 id="escrow-people">{E.report.people}</h2>
        <fieldset class="filters">
          <legend class="hidden">{E.report.filter}</legend>
          {FILTERS.map((each) => {
            const count = rows.filter((row) => isIn(each, row)).length;
            if (count === 0 && each !== "all") return null;
            return (
              <label key={each}>
                <input type="radio" name="filter" checked={filter === each} onChange={() => choose(each)} />
                <span>
                  {E.report.filters[each]} <span class="number">{count}</span>
                </span>
              </label>
            );
          })}
        </fieldset>
        <div class="toolbar">
          <Field
            label={E.report.search}
            value={search}
            onInput={(value) => {
              setSearch(value);
              setPage(0);
            }}
          />
          <Csv rows={found} isOff={isRunning} />
        </div>
        <Legend />
        <Table rows={shown} />
        <nav class="pages" aria-label={E.report.pages}>
          <Button look="quiet" icon="back" isOff={at === 0} onClick={() => setPage(at - 1)}>
            {E.report.previous}
          </Button>
          <p class="muted small" role="status">
            {E.report.shown(at * PAGE + 1, at * PAGE + shown.length, found.length)}
          </p>
          <Button look="quiet" isOff={at >= pages - 1} onClick={() => setPage(at + 1)}>
            {E.report.next}
          </Button>
        </nav>
      </section>
    </>
  );
}

const isContradiction = ({ kind }: ErrorJson): boolean => kind === "contradiction";

const TONES = { covered: "good", partly: "warn", behind: "danger", pending: "none", removed: "danger" } as const;

export function StatusBadge({ status }: { readonly status: keyof typeof TONES }) {
  return <Badge tone={TONES[status]}>{E.report.filters[status]}</Badge>;
}

function Table({ rows }: { readonly rows: readonly Row[] }) {
  const from = Math.min(...rows.map(({ coverage }) => (coverage ? startOf(coverage) : Date.now())));
  return (
    <div class="scroll-x">
      <table class="table report">
        <caption class="hidden">{E.report.people}</caption>
        <thead>
          <tr>
            {E.report.columns.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ person, coverage, error }) => (
            <tr key={person.subject}>
              <th scope="row">
                <a href={`#/escrow/person/${person.subject}`}>{person.name}</a>
                <span class="muted small">{person.role}</span>
              </th>
              {coverage ? (
                <>
                  <td>
                    <StatusBadge status={coverage.status} />
                  </td>
                  <td class="dates">{coverage.since ? shortDate(coverage.since.since) : "–"}</td>
                  <td class="picture">
                    <Bar coverage={coverage} size="small" from={from} label={summaryOf({ coverage })} />
                  </td>
                  <td class="small">{todoOf(coverage)}</td>
                </>
              ) : (
                <>
                  <td>
                    {isContradiction(error) ? (
                      <Badge tone="danger">{E.report.alarm}</Badge>
                    ) : (
                      <Badge tone="none">{E.report.filters.error}</Badge>
                    )}
                  </td>
                  <td />
                  <td />
                  <td class="small">{whyNot(error)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Coverage = NonNullable<Row["coverage"]>;

/** What the picture shows, in a sentence. */
function summaryOf({ coverage }: { readonly coverage: Coverage }): string {
  const { covered, gaps, lost } = coverage;
  return E.report.summary(covered.length, gaps.length, lost.length);
}

/** What to do for one person first: the words of the library for its to-do list. */
function todoOf(coverage: Coverage): string {
  const [todo] = totalsOf([{ user: coverage.subject, coverage, person: NOBODY }]).todo;
  if (todo) return E.report.todos[todo.code]?.(todo.code === "todo-give" ? todo : undefined) ?? say(todo);
  return coverage.lost.length > 0 ? E.report.onlyLost : E.report.nothing;
}

const NOBODY: api.Person = { subject: "", name: "", role: "", isMade: true, seen: {}, beganAnew: null };

/** How many there are of each, and what to do first. */
function Totals({ rows }: { readonly rows: readonly Row[] }) {
  const totals = useMemo(() => totalsOf(rows), [rows]);
  const { statuses, users, closable, withLoss, stale } = totals;
  const facts = [
    [E.report.totals.covered, E.report.of(statuses.covered, users)],
    [E.report.totals.closable, String(closable)],
    [E.report.totals.lost, String(withLoss)],
    [E.report.totals.stale, String(stale)],
  ];
  return (
    <dl class="totals">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Csv({ rows, isOff }: { readonly rows: readonly Row[]; readonly isOff: boolean }) {
  const save = () => {
    const url = URL.createObjectURL(csvOf(rows));
    const link = document.createElement("a");
    link.href = url;
    link.download = E.report.file(new Date());
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  return (
    <Button icon="paper" isOff={isOff || rows.length === 0} onClick={save}>
      {E.report.csv(rows.length)}
    </Button>
  );
}
