"""Command line: `python3 tools/verifier verify FILE...`, `... vectors [DIR]`, `... selftest`, `... questions FILE` and `... changed-links FILE`."""

import argparse
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

from changed_links import run_changed_links
from errors import Refused
from fingerprint import of_state
from log import verify_log
from questions import run_questions
from runs import Runs
from selftest import run_selftest
from state import State, data_access, gaps
from vectors import run_vectors


def date(milliseconds: int) -> str:
    try:
        return str((datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=milliseconds)).date())
    except OverflowError:
        return f"{milliseconds} ms"


def runs(epochs: Runs) -> str:
    return ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in epochs) or "none"


def describe(state: State) -> str:
    classes = state.classes()
    lines = [
        f"subject      {state.subject!r} ({state.kind} log)",
        f"log          {state.log.hex()}",
        f"head         link {state.seq}, {state.hash.hex()}, {date(state.time)}",
        f"fingerprint  {of_state(state)['digits']}",
        f"epoch        {state.epoch}, made in link {state.epochs[-1].position}",
        f"mode         lockdown {'on' if state.lockdown else 'off'}, rotation {'due' if state.rotation_due else 'not due'}",
    ]
    for member in state.members.values():
        start = data_access(state, member)
        access = f"from epoch {start} on, since {date(state.epochs[start - 1].time)}" if start else "none"
        status = "confirmed" if classes.is_confirmed(member) else "pending"
        if member.removed:
            by, position = member.removed
            status = f"removed by {by.hex() if by else 'the operator'}, link {position}"
        roles = f", roles {', '.join(member.roles or ['none'])}" if state.kind == "escrow" else ""
        never, missing = gaps(state, member)
        lines += [
            "",
            f"{member.kind:<12} {member.id.hex()}, link {member.position}, {status}",
            f"founder      {classes.founder(member)}{roles}",
            f"data access  {access}",
            f"held, reach  {runs(member.held)}; {runs(member.reach)}",
        ]
        if not member.removed and (never or missing):
            lines.append(f"gaps         never granted {runs(never)}; declared missing {runs(missing)}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="tools/verifier", description="Verifies Keystead logs by docs/spec.md alone.")
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="verify a log, given as one file for each entry, in order")
    verify.add_argument("files", nargs="+", type=Path, metavar="FILE")
    verify.add_argument("--subject", help="whose log it should be (LOG-8)")
    vectors = commands.add_parser("vectors", help="check this verifier against all files of a folder")
    vectors.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2] / "vectors", metavar="DIR")
    commands.add_parser("selftest", help="check this verifier against small logs of its own")
    questions = commands.add_parser("questions", help="answer again what `npm run gen:questions` wrote")
    questions.add_argument("file", type=Path, metavar="FILE")
    changed = commands.add_parser("changed-links", help="judge again what `npm run gen:changed-links` wrote")
    changed.add_argument("file", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.command == "vectors":
        return run_vectors(arguments.folder)
    if arguments.command == "selftest":
        return run_selftest()
    try:
        if arguments.command == "questions":
            return run_questions(arguments.file)
        if arguments.command == "changed-links":
            return run_changed_links(arguments.file)
        print(describe(verify_log([file.read_bytes() for file in arguments.files], arguments.subject)))
    except Refused as refused:
        print(refused)
        return 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


sys.exit(main())
