"""Sets of epochs as maximal runs: sorted (from, to) pairs, an epoch missing between each two (section 2)."""

Run = tuple[int, int]
Runs = tuple[Run, ...]


def is_maximal(pairs: Runs) -> bool:
    end = -1
    for first, last in pairs:
        if first < 1 or last < first or first <= end + 1:
            return False
        end = last
    return True


def union(a: Runs, b: Runs) -> Runs:
    merged: list[Run] = []
    for first, last in sorted(a + b):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return tuple(merged)


def minus(a: Runs, b: Runs) -> Runs:
    for first, last in b:
        halves = (half for low, high in a for half in ((low, min(high, first - 1)), (max(low, last + 1), high)))
        a = tuple((low, high) for low, high in halves if low <= high)
    return a


def has(a: Runs, epoch: int) -> bool:
    return any(first <= epoch <= last for first, last in a)


def within(a: Runs, b: Runs) -> bool:
    return not minus(a, b)
