"""The sound pack on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.pack import files, write


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The folder of a sound pack of two lessons."""
    return write(tmp_path / "pack", files())
