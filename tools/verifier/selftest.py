"""Tests this verifier with small logs of its own."""

from selftest_clients import acts, doubt, fingerprints, loose, owed, stated, stored, tracked
from selftest_links import (
    active_members,
    escrow_gives,
    escrow_log,
    in_lockdown,
    reclaiming,
    seeds_checked,
    sets,
    single_entries,
    versions,
    withholding,
)

ALL = [
    *(versions, active_members, single_entries, sets, seeds_checked),
    *(escrow_gives, withholding, reclaiming, in_lockdown, escrow_log),
    *(acts, doubt, owed, loose, tracked, fingerprints, stated, stored),
]


def run_selftest() -> int:
    passed = failed = 0
    for checks in ALL:
        for what, found, expected in checks():
            if found == expected:
                passed += 1
            else:
                failed += 1
                print(f"{checks.__name__}, {what}: found {found}, expected {expected}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
