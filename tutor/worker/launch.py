"""The file that the training process starts from: ``python -P launch.py SOCKET PARENT SNAPSHOTS``.

It is run by its path, not as a module, and imports the very package it lies in. So the app and its
training process run the same code, whether that was installed or is a clone, and the directory that
the learner happens to be in is never searched for modules.
"""

from __future__ import annotations

import importlib.util
import signal
import sys
from pathlib import Path


def main() -> None:
    # Ctrl+C at the keyboard reaches the whole process group; it is for the app to answer it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _import_package(Path(__file__).resolve().parent.parent)
    from tutor import limits

    limits.leave_out_scipy()
    from tutor.worker import service

    service.main(socket_number=int(sys.argv[1]), parent=int(sys.argv[2]), snapshots=sys.argv[3])


def _import_package(folder: Path) -> None:
    """Make ``import tutor`` mean the package in ``folder``, wherever ``sys.path`` leads."""
    spec = importlib.util.spec_from_file_location(
        "tutor", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} is no package")
    module = importlib.util.module_from_spec(spec)
    sys.modules["tutor"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    main()
