"""Answers again what `npm run questions` asked: what devices owe about escrow in random logs, whom they doubt, and whether
they may grant to escrow (ESC-4, ESC-8, the agenda of 11.2).

The first line has the escrow logs by name, each other line a user's log (`seed`, `entries`) with `questions`. A question
has what the device knows: `me`, `log` (a name, "unsupported" or absent), `confirmed` (a head), `own`, `notOwn`,
`removeEscrow` (ids), `declined`, `enrollAgain` (a position). Beside it stand any of the answers: `agenda`, a list of steps
with `do` (fetch, ask, author), `what`, `because` and what else the step has; `doubted` and `sound` (11.2); and, with a
log, `unverified`, whom the reviews brought in that this log does not show to be announced (ESC-8)."""

from pathlib import Path
from typing import Iterator

import escrow
from agenda import Knowledge, View, agenda
from alike import Answers, count_alike
from log import verify_log
from negative import as_json, parse_head
from state import State
from vectorfiles import unbase64


def load(entries: list[str]) -> State:
    return verify_log([unbase64(entry) for entry in entries])


def knowledge(logs: dict[str, State], question: dict) -> Knowledge:
    log = question.get("log")
    ids = {name: frozenset(map(bytes.fromhex, question.get(name, []))) for name in ("own", "notOwn")}
    return Knowledge(
        me=bytes.fromhex(question["me"]),
        escrow=logs.get(log, log),  # a name, "unsupported" or nothing
        confirmed=parse_head(question["confirmed"]) if "confirmed" in question else None,
        own=ids["own"],
        not_own=ids["notOwn"],
        remove_escrow=bytes.fromhex(question["removeEscrow"]) if "removeEscrow" in question else None,
        declined=question.get("declined", False),
        enroll_again=question.get("enrollAgain"),
    )


def answer(user: State, logs: dict[str, State], question: dict) -> dict:
    knows = knowledge(logs, question)
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
    return count_alike(file, "questions", answers)


def answers(lines: Iterator[dict]) -> Answers:
    logs = {name: load(entries) for name, entries in next(lines, {}).items()}
    for history in lines:
        user = load(history["entries"])
        for number, question in enumerate(history["questions"], 1):
            if not (found := answer(user, logs, question)):
                raise KeyError("a question without an answer")
            yield f"{history['seed']}, question {number}", found, {name: question[name] for name in found}
