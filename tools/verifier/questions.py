"""Answers again the questions of `npm run gen:questions`: what devices owe in random logs, which members they doubt, and
whether they may grant to escrow (ESC-4, ESC-8, the agenda of 11.2).

Each line is one story: `seed`; `logs`, escrow logs by name; `entries`, a user's log; and `questions`. A question has
the device's knowledge:

- `me`; `of`, the log in question if it is not the user's;
- `log`, the newest escrow log: its name and how many links of it are at hand, "unsupported", or absent; `confirmed`, a head, and `confirmedAt`;
- `own`, `notOwn`, `removeEscrow` (ids), `declined`, `enrollAgain` (a position), `served` ([id, runs]), `now`;
- `keyring`, facts that only its keyring has: `superseded`, `junk`, `withheld`, and `unproven`, the grants to escrow that it
  finds wrong or cannot judge ([position, which grant]);
- of an escrow log: `openings` of acts that it could read ([position, opening or null if it is junk]), `users`, how many links
  of the user's log are at hand, if any, and `disownUnread`, positions.

Beside it stand some of these answers: `agenda`, a list of steps with `do` (fetch, ask, author), `what`, `because` (a list) and
the other fields of the step; `doubted` and `sound` (11.2); and, with a log, `unverified`, the members brought in by reviews
that this log does not show to be announced (ESC-8)."""

from pathlib import Path
from typing import Iterator

import escrow
from agenda import Knowledge, View, agenda
from alike import Answers, count_alike
from log import verify_log
from negative import as_json, parse_head
from runs import Runs, union
from state import State
from vectorfiles import unbase64


def load(entries: list[str]) -> State:
    return verify_log([unbase64(entry) for entry in entries])


def runs(given: list) -> Runs:
    return tuple(map(tuple, given))


def state(logs: dict[str, State], given: list) -> State:
    name, length = given
    return logs[name].link(length)


def knowledge(user: State, logs: dict[str, State], question: dict) -> Knowledge:
    log, keyring = question.get("log"), question.get("keyring", {})
    ids = {name: frozenset(map(bytes.fromhex, question.get(name, []))) for name in ("own", "notOwn")}
    wrong: dict[int, set[int]] = {}
    for position, place in keyring.get("unproven", []):
        wrong.setdefault(position, set()).add(place)
    regranted: dict[bytes, Runs] = {}
    for id_, given in question.get("served", []):
        regranted[bytes.fromhex(id_)] = union(regranted.get(bytes.fromhex(id_), ()), runs(given))
    return Knowledge(
        me=bytes.fromhex(question["me"]),
        escrow=state(logs, log) if isinstance(log, list) else log,
        confirmed=parse_head(question["confirmed"]) if "confirmed" in question else None,
        confirmed_at=parse_head(question["confirmedAt"]) if "confirmedAt" in question else None,
        own=ids["own"],
        not_own=ids["notOwn"],
        remove_escrow=bytes.fromhex(question["removeEscrow"]) if "removeEscrow" in question else None,
        declined=question.get("declined", False),
        enroll_again=question.get("enrollAgain"),
        now=question.get("now"),
        superseded=keyring.get("superseded", False),
        junk=runs(keyring.get("junk", [])),
        withheld=runs(keyring.get("withheld", [])),
        wrong=wrong,
        regranted=regranted,
        openings={position: given and opening(given) for position, given in question.get("openings", [])},
        users={user.log: user.link(length) for length in question.get("users", [])},
        disown_unread=frozenset(question.get("disownUnread", [])),
    )


def opening(given: dict) -> dict:
    ids = {name: [bytes.fromhex(id_) for id_ in given[name]] for name in ("approve", "remove")}
    return given | ids | {name: bytes.fromhex(given[name]) for name in ("salt", "log", "prev")}


def answer(user: State, logs: dict[str, State], question: dict) -> dict:
    knows = knowledge(user, logs, question)
    if "of" in question:
        return {"agenda": as_json(agenda(state(logs, question["of"]), knows))}
    view = View(user, knows)
    found = {
        "agenda": as_json(agenda(user, knows)),
        "doubted": sorted(id_.hex() for id_ in view.doubted),
        "sound": view.sound,
    }
    if view.escrow:
        brought = escrow.brought_in(user, escrow.unverified(user, view.escrow), view.own)
        found["unverified"] = sorted(id_.hex() for id_ in brought)
    return {name: each for name, each in found.items() if name in question}


def run_questions(file: Path) -> int:
    return count_alike(file, "gen:questions", answers)


def answers(lines: Iterator[dict]) -> Answers:
    for history in lines:
        user, logs = load(history["entries"]), {name: load(entries) for name, entries in history["logs"].items()}
        for number, question in enumerate(history["questions"], 1):
            if not (found := answer(user, logs, question)):
                raise KeyError("a question without an answer")
            yield f"{history['seed']}, question {number}", found, {name: question[name] for name in found}
