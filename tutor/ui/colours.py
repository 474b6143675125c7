"""What Textual remembers of colours, kept small, and apart from the widgets that they were drawn for.

Its memory of the colours under a widget has each widget's cache of drawn lines in its keys, though they do
not depend on it: the lines of a thousand widgets that are long gone stay there, some 30 KB each. And it
remembers of 16,384 styles how a terminal is told: heat maps have so many that it goes on growing for hours.
"""

from __future__ import annotations

import functools

from textual._styles_cache import StylesCache
from textual.strip import Strip

STYLES = 2048
"""As many as a screen full of heat maps has."""


@functools.cache
def bound_memories() -> None:
    """Put smaller memories, with nothing but colours in their keys, in the place of Textual's; once."""
    mixed = functools.partial(StylesCache.get_inner_outer.__wrapped__, StylesCache)
    StylesCache.get_inner_outer = staticmethod(functools.lru_cache(1024)(mixed))  # type: ignore[assignment]
    rendered = Strip.__dict__["render_ansi"].__func__.__wrapped__
    Strip.render_ansi = classmethod(functools.lru_cache(STYLES)(rendered))  # type: ignore[method-assign, assignment, arg-type]
