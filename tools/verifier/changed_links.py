"""Judges again what `npm run changed-links` tried: links of random content, in logs that it gives first."""

import json
import sys
from pathlib import Path

from errors import Refused
from log import verify_entry
from positive import facts
from state import State
from vectorfiles import unbase64


def histories(entries: list[str]) -> list[State]:
    """The state after each entry, from before the first."""
    states = [State()]
    for entry in entries:
        states.append(verify_entry(states[-1], unbase64(entry)))
    return states


def verdict(before: State, entry: bytes) -> dict:
    try:
        return {"state": facts(verify_entry(before, entry))}
    except Refused as refused:
        return {"code": refused.code} | ({"rule": refused.rule} if refused.rule else {})


def run_changed_links(file: Path) -> int:
    try:
        return compare(file)
    except (ValueError, KeyError, AttributeError) as error:
        print(f"{file} is not what `npm run --silent changed-links` writes: {error!r}", file=sys.stderr)
        return 2


def compare(file: Path) -> int:
    alike = different = 0
    bases: dict[str, list[State]] = {}
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            given = json.loads(line)
            if "entries" in given:
                bases[given["base"]] = histories(given["entries"])
                continue
            found = json.loads(json.dumps(verdict(bases[given["base"]][given["after"]], unbase64(given["entry"]))))
            if found == given["verdict"]:
                alike += 1
            else:
                different += 1
                print(f"line {number}: found {found}, expected {given['verdict']}")
    print(f"{alike} judged alike, {different} not")
    return 1 if different or not alike else 0
