"""Answers again what `npm run questions` asked: what devices do about escrow in random logs (ESC-4, ESC-8)."""

from pathlib import Path
from typing import Iterator

import escrow
from alike import Answers, count_alike
from log import verify_log
from negative import parse_head
from state import State
from vectorfiles import unbase64


def load(entries: list[str]) -> State:
    return verify_log([unbase64(entry) for entry in entries])


def answer(user: State, logs: dict[str, State], question: dict) -> dict:
    device, log = user.members[bytes.fromhex(question["me"])], logs.get(question.get("log"))
    confirmed = parse_head(question["confirmed"]) if "confirmed" in question else None
    own = [bytes.fromhex(id_) for id_ in question["own"]]
    action, members = escrow.duty(user, log, device, confirmed, own)
    found = {"action": action, "sound": escrow.is_sound(user, log, confirmed)}
    if action == "remove-unverified":
        found["members"] = sorted(id_.hex() for id_ in members)
    if log:
        doubted = escrow.brought_in(user, escrow.unverified(user, log), device, own)
        found["unverified"] = sorted(id_.hex() for id_ in doubted)
    return found


def run_questions(file: Path) -> int:
    return count_alike(file, "questions", answers)


def answers(lines: Iterator[dict]) -> Answers:
    logs = {name: load(entries) for name, entries in next(lines, {}).items()}
    for history in lines:
        user = load(history["entries"])
        for number, question in enumerate(history["questions"], 1):
            found = answer(user, logs, question)
            yield f"{history['seed']}, question {number}", found, {name: question[name] for name in found}
