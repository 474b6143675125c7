"""Lists that are filled anew while a message about their old rows is still on its way."""

from __future__ import annotations

from textual.widgets import OptionList


def is_there(event: OptionList.OptionMessage) -> bool:
    """Whether the row that the message is about is still in the list, at that place."""
    options = event.option_list.options
    return event.option_index < len(options) and options[event.option_index] is event.option
