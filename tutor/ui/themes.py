"""The app's one theme: dark and calm, told apart at 256 and at 16 colours too.

Blue and orange are the pair that colour-blind readers tell apart; green and red never stand alone,
a sign or a word goes with them.
"""

from __future__ import annotations

from textual.theme import Theme

CALM = Theme(
    name="calm",
    dark=True,
    primary="#5fafff",
    secondary="#5fd7d7",
    accent="#ffaf5f",
    success="#5fd75f",
    warning="#ffd75f",
    error="#ff8787",
    foreground="#d0d0d0",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    variables={
        # All of these are entries of the 256-colour palette, so that nothing shifts over SSH.
        "text-muted": "#a8a8a8",
        "border": "#585858",
        "scrollbar": "#585858",
        "scrollbar-hover": "#767676",
        "scrollbar-active": "#87afd7",
        "scrollbar-background": "#1c1c1c",
        "scrollbar-corner-color": "#1c1c1c",
        "input-cursor-background": "#d0d0d0",
        "input-cursor-foreground": "#121212",
    },
)
