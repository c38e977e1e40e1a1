"""Answers again the questions about random logs that a script wrote as lines of JSON, and compares the answers."""

import json
import sys
from pathlib import Path
from typing import Callable, Iterator

Answers = Iterator[tuple[str, object, object]]


def count_alike(file: Path, script: str, answer: Callable[[Iterator[dict]], Answers]) -> int:
    """Prints each answer (what it is, found, expected) that differs, and how many agree. Returns the exit status."""
    alike = different = 0
    try:
        with file.open(encoding="utf-8") as lines:
            for what, found, expected in answer(map(json.loads, lines)):
                if found == expected:
                    alike += 1
                else:
                    different += 1
                    print(f"{what}: found {found}, expected {expected}")
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        print(f"{file} is not what `npm run --silent {script}` writes: {error!r}", file=sys.stderr)
        return 2
    print(f"{alike} answered alike, {different} not")
    return 1 if different or not alike else 0
