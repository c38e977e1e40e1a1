"""The one encoding of each value, and the strict decoder (section 4, ENC-1 to ENC-3)."""

from errors import encoding, too_large

MAX_INT = 2**53 - 1
MAX_DEPTH = 8
MAX_OBJECTS = 65_536


def encode(value: object) -> bytes:
    if value is True:
        return b"\xf5"
    if value is False:
        return b"\xf4"
    if isinstance(value, int):
        return _head(0, value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, (list, tuple)):
        return _head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return _head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
    raise TypeError(f"no encoding for {type(value).__name__}")


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for power in range(4):
        if number < 256 ** (1 << power):
            return bytes([major << 5 | 24 + power]) + number.to_bytes(1 << power, "big")
    raise ValueError("too large a number")


def decode(data: bytes, max_bytes: int, what: str, max_objects: int = MAX_OBJECTS) -> object:
    """The value that `data` encodes, with nothing after it. `what` names it in errors."""
    if len(data) > max_bytes:
        raise too_large(f"{what} has {len(data)} bytes, at most {max_bytes} are allowed")
    reader = _Reader(data, what, max_objects)
    value = reader.value(0)
    if reader.at != len(data):
        raise encoding("ENC-2", f"{what} has bytes after its end, at {reader.at}")
    return value


class _Reader:
    def __init__(self, data: bytes, what: str, max_objects: int):
        self.data, self.what, self.objects, self.at = data, what, max_objects, 0

    def bad(self, why: str) -> Exception:
        return encoding("ENC-1", f"{self.what}, before byte {self.at}: {why}")

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise self.bad("it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def argument(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise self.bad("indefinite or reserved length")
        size = 1 << (info - 24)
        number = int.from_bytes(self.take(size), "big")
        if number < (24 if size == 1 else 256 ** (size // 2)):
            raise self.bad("not in its shortest form")
        if number > MAX_INT:
            raise self.bad("above 2^53 - 1")
        return number

    def count_object(self) -> None:
        self.objects -= 1
        if self.objects < 0:
            raise too_large(f"{self.what} consists of too many objects")

    def string(self, info: int) -> bytes:
        length = self.argument(info)
        self.count_object()
        return self.take(length)

    def text(self, info: int) -> str:
        try:
            return self.string(info).decode("utf-8")
        except UnicodeDecodeError:
            raise self.bad("not UTF-8") from None

    def container(self, info: int, depth: int, bytes_each: int) -> int:
        length = self.argument(info)
        if depth >= MAX_DEPTH:
            raise too_large(f"{self.what} is nested too deeply")
        self.count_object()
        if length * bytes_each > len(self.data) - self.at:
            raise self.bad("it ends too early")
        return length

    def value(self, depth: int) -> object:
        head = self.take(1)[0]
        major, info = head >> 5, head & 31
        if major == 0:
            return self.argument(info)
        if major == 2:
            return self.string(info)
        if major == 3:
            return self.text(info)
        if major == 4:
            return [self.value(depth + 1) for _ in range(self.container(info, depth, 1))]
        if major == 5:
            return self.map(self.container(info, depth, 2), depth)
        if head in (0xF4, 0xF5):
            return head == 0xF5
        raise self.bad("a type that is not used here")

    def map(self, length: int, depth: int) -> dict[str, object]:
        result: dict[str, object] = {}
        previous = b""
        for _ in range(length):
            start = self.at
            head = self.take(1)[0]
            if head >> 5 != 3:
                raise self.bad("a key that is not text")
            key = self.text(head & 31)
            encoded = self.data[start : self.at]
            if encoded <= previous:
                raise self.bad("keys out of order or twice")
            previous = encoded
            result[key] = self.value(depth + 1)
        return result
