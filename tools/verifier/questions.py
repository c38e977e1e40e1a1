"""Answers again what `npm run questions` asked: what devices do about escrow in random logs (ESC-4, ESC-8)."""

import json
import sys
from pathlib import Path

import escrow
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
    try:
        return compare(file)
    except (ValueError, KeyError, AttributeError, StopIteration) as error:
        print(f"{file} is not what `npm run --silent questions` writes: {error!r}", file=sys.stderr)
        return 2


def compare(file: Path) -> int:
    alike = different = 0
    with file.open(encoding="utf-8") as lines:
        logs = {name: load(entries) for name, entries in json.loads(next(lines)).items()}
        for line in lines:
            history = json.loads(line)
            user = load(history["entries"])
            for number, question in enumerate(history["questions"], 1):
                found = answer(user, logs, question)
                expected = {name: question[name] for name in found}
                if found == expected:
                    alike += 1
                else:
                    different += 1
                    print(f"{history['seed']}, question {number}: found {found}, expected {expected}")
    print(f"{alike} answered alike, {different} not")
    return 1 if different or not alike else 0
