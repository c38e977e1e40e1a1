"""What people type. Sections 9 and 10."""

import unicodedata


def folded(character: str) -> str:
    """Its NFKC form, where that is one character."""
    form = unicodedata.normalize("NFKC", character)
    return form if len(form) == 1 else character
