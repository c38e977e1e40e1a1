"""Reads vectors/: shared logs, base64url, and runs of epochs in the form of JSON."""

import base64
import json
from pathlib import Path
from typing import Callable

from errors import Refused
from log import verify_log
from runs import Runs, of_epochs
from state import State


class Vectors:
    """The folder, and the logs that several files share, each verified once."""

    def __init__(self, folder: Path):
        self.folder, self.states = folder, {}

    def prefix(self, name: str) -> dict:
        return json.loads((self.folder / "prefixes" / f"{name}.json").read_text("utf-8"))

    def entries(self, given: str | list[str] | None) -> list[bytes]:
        entries = self.prefix(given)["entries"] if isinstance(given, str) else given or []
        return [unbase64(entry) for entry in entries]

    def state(self, name: str | None) -> State:
        if name is None:
            return State()
        if name not in self.states:
            prefix = self.prefix(name)
            state = self.states[name] = verify_log(self.entries(name), prefix["subject"])
            assert state.kind == prefix["kind"] and head(state) == prefix["head"], name
        return self.states[name]


def head(state: State) -> dict:
    return {"log": state.log.hex(), "seq": state.seq, "hash": state.hash.hex()}


def unbase64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def seeds(pairs: list) -> dict[int, bytes]:
    return {epoch: unbase64(seed) for epoch, seed in pairs}


def pairs(runs: Runs) -> list[list[int]]:
    return [list(run) for run in runs]


def runs_of(epochs: list[int]) -> list[list[int]]:
    return pairs(of_epochs(epochs))


def attempt(do: Callable[[], object]) -> object:
    try:
        return do()
    except Refused as refused:
        return refused
