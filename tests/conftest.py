"""What all tests share.

The bundled lessons are read once in each process: that takes half a second, and they are frozen data. The
simulated GPU's tests, a single one here, begin before all others, so that no process is left with them.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first."""
    items.sort(key=lambda item: "test_cuda_simulator" not in item.nodeid)


if find_spec("msgspec"):  # a GPU node, which runs the engine's tests alone, has none
    from tutor.content import catalog
    from tutor.content.pack import Pack
    from tutor.paths import bundled_lessons

    _read, _bundled, _known = catalog._read_whole, bundled_lessons(), list[Pack]()

    def _read_once(root: Path) -> Pack:
        if root != _bundled:
            return _read(root)
        if not _known:
            _known.append(_read(root))
        return _known[0]

    catalog._read_whole = _read_once
