"""When two spellings count as the same word."""

from __future__ import annotations

import re
import unicodedata

GAP = "___"
"""What stands in a prompt for the missing word."""

_BLANKS = re.compile(r"\s+")
# Only between letters: in front of a digit a hyphen is a minus.
_HYPHEN = re.compile(r"(?<=[^\W\d])[-\u2010\u2011](?=[^\W\d])")


def folded(text: str) -> str:
    """``text`` without what is forgiven: case, blanks, hyphens between letters, and how signs are encoded.

    ``Back-Propagation``, ``back propagation`` and ``backpropagation`` become one.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _HYPHEN.sub("", _BLANKS.sub("", plain))
