"""Judges again the links that `npm run gen:changed-links` tried: links of random content, in logs that it gives first."""

import json
from pathlib import Path
from typing import Iterator

from alike import Answers, count_alike
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
    return count_alike(file, "gen:changed-links", verdicts)


def verdicts(lines: Iterator[dict]) -> Answers:
    bases: dict[str, list[State]] = {}
    for number, given in enumerate(lines, 1):
        if "entries" in given:
            bases[given["base"]] = histories(given["entries"])
        else:
            found = verdict(bases[given["base"]][given["after"]], unbase64(given["entry"]))
            # As JSON has it: runs are tuples here.
            yield f"line {number}", json.loads(json.dumps(found)), given["verdict"]
