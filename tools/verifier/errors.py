"""The form of a refusal: a code of docs/errors.md and, where there is one, a rule of docs/spec.md."""


class Refused(Exception):
    def __init__(self, code: str, rule: str | None, message: str = "", **facts: object):
        super().__init__(message)
        self.code, self.rule, self.message, self.facts = code, rule, message, facts

    def __str__(self) -> str:
        text = f"{self.rule or '-'} {self.code}" + (f": {self.message}" if self.message else "")
        return "".join(c if c.isprintable() else "?" for c in text)  # names of fields may come from a hostile link


def encoding(rule: str, message: str) -> Refused:
    return Refused("INVALID_ENCODING", rule, message)


def too_large(message: str) -> Refused:
    return Refused("TOO_LARGE", "ENC-3", message)


def bad_link(rule: str, message: str) -> Refused:
    return Refused("INVALID_LINK", rule, message)
