"""Runs the files of vectors/, whose format vectors/README.md describes."""

import json
from pathlib import Path
from typing import Callable

import negative
import positive
from vectorfiles import Vectors

CHECKS: dict[str, Callable[[Vectors, dict], tuple[object, object]]] = {
    "positive/primitives": positive.of_primitives,
    "positive/keys": positive.of_keys,
    "positive/logs": positive.of_logs,
    "positive/grants": positive.of_grants,
    "positive/backup": positive.of_backup,
    "positive/fingerprints": positive.of_fingerprints,
    "positive/digits": positive.of_digits,
    "positive/content": positive.of_content,
    "positive/padding": positive.of_padding,
    "positive/keyrings": positive.of_keyrings,
    "positive/statements": positive.of_statements,
    "positive/records": positive.of_records,
    "negative/log": negative.of_log,
    "negative/pins": negative.of_pins,
    "negative/single": negative.of_single,
    "negative/statements": negative.of_statements,
    "negative/equivocations": negative.of_equivocations,
    "negative/keyrings": negative.of_keyrings,
    "negative/contact-bytes": negative.of_contact_bytes,
    "negative/standing": negative.of_standing,
    "negative/grants": negative.of_grants,
    "negative/backup": negative.of_backup,
    "negative/fingerprints": negative.of_fingerprints,
    "negative/comparisons": negative.of_comparisons,
    "negative/contacts": negative.of_contacts,
    "negative/escrow": negative.of_escrow,
    "negative/content": negative.of_content,
    "negative/evidence": negative.of_evidence,
}


def difference(found: object, expected: object, path: str = "") -> str:
    """The first place where they differ."""
    if isinstance(found, dict) and isinstance(expected, dict) and found.keys() == expected.keys():
        inside = ((found[name], expected[name], f"{path}.{name}") for name in found if found[name] != expected[name])
    elif isinstance(found, (list, tuple)) and isinstance(expected, (list, tuple)) and len(found) == len(expected):
        inside = ((a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(found, expected)) if a != b)
    else:
        return f"{path} is {found}, expected {expected}"
    return difference(*next(inside))


def run_vectors(folder: Path) -> int:
    vectors, passed, failed = Vectors(folder), 0, 0
    for file in sorted([*folder.glob("positive/**/*.json"), *folder.glob("negative/**/*.json")]):
        name = file.relative_to(folder).with_suffix("").as_posix()
        try:
            check = CHECKS.get(name) or CHECKS[name.rpartition("/")[0]]
            found, expected = check(vectors, json.loads(file.read_text("utf-8")))
            fault = None if found == expected else difference(found, expected)
        except Exception as error:  # any error is the verdict on this file, and the other files go on
            fault = repr(error)
        if fault is None:
            passed += 1
        else:
            failed += 1
            print(f"{name}: {fault}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
