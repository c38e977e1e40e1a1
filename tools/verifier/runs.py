"""Sets of epochs as maximal runs: sorted (from, to) pairs, an epoch missing between each two (section 2).

Functions of two sets walk both once, so that a log of many holes costs no more than its bytes (section 6.4)."""

from typing import Iterable

Run = tuple[int, int]
Runs = tuple[Run, ...]


def is_maximal(pairs: Iterable[Run]) -> bool:
    end = -1
    for first, last in pairs:
        if first < 1 or last < first or first <= end + 1:
            return False
        end = last
    return True


def union(a: Runs, b: Runs) -> Runs:
    if not a or not b:
        return a or b
    merged: list[Run] = []
    for first, last in sorted(a + b):  # two sorted halves are merged in one pass
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def minus(a: Runs, b: Runs) -> Runs:
    rest: list[Run] = []
    at = 0
    for first, last in a:
        while at < len(b) and b[at][1] < first:
            at += 1
        cut = at
        while cut < len(b) and b[cut][0] <= last:
            if first < b[cut][0]:
                rest.append((first, b[cut][0] - 1))
            first = b[cut][1] + 1
            cut += 1
        if first <= last:
            rest.append((first, last))
        at = max(at, cut - 1)  # the last run that cut may reach into the next run
    return tuple(rest)


def common(a: Runs, b: Runs) -> Runs:
    return minus(a, minus(a, b))


def has(a: Runs, epoch: int) -> bool:
    return any(first <= epoch <= last for first, last in a)


def within(a: Runs, b: Runs) -> bool:
    return not minus(a, b)


def size(a: Runs) -> int:
    """How many epochs there are."""
    return sum(last - first + 1 for first, last in a)


def epochs(a: Runs) -> list[int]:
    return [epoch for first, last in a for epoch in range(first, last + 1)]


def of_epochs(numbers: Iterable[int]) -> Runs:
    runs: list[Run] = []
    for epoch in sorted(set(numbers)):
        if runs and epoch == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], epoch)
        else:
            runs.append((epoch, epoch))
    return tuple(runs)


def to_runs(pairs: Iterable[Iterable[int]]) -> Runs:
    """A run-list of the wire."""
    return tuple((first, last) for first, last in pairs)
