"""``make bench``: run every benchmark, print its table; ``--json FILE`` keeps the figures."""

from __future__ import annotations

import argparse
import json
import platform
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.benchmarks import app, costs, training

PARTS = ("training", "costs", "app")
LIBRARIES = ("numpy", "numba", "llvmlite", "torch", "scikit-learn", "jax")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    parser.add_argument("--only", choices=PARTS, help="run this part alone")
    parser.add_argument(
        "--no-compiled", action="store_true", help="without torch.compile, which takes a minute to begin"
    )
    parser.add_argument(
        "--minutes", type=float, default=0.0, help="watch the app's memory for so long while it trains"
    )
    args = parser.parse_args()
    figures: dict[str, Any] = {"conditions": conditions()}
    print(", ".join(f"{name} {value}" for name, value in figures["conditions"].items()) + "\n")
    measures = {
        "training": lambda: training.measure(not args.no_compiled),
        "costs": costs.measure,
        "app": lambda: app.measure(args.minutes),
    }
    for part in PARTS:
        if args.only in (None, part):
            figures[part] = measures[part]()
            print()
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def conditions() -> dict[str, str]:
    """Date, processor and versions."""
    cpu = platform.processor()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text(encoding="utf-8").splitlines()
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        cpu = f"{len(models)} x {models[0]}" if models else cpu
    found = {"date": date.today().isoformat(), "CPU": cpu, "Python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            found[library] = "absent"
    return found


if __name__ == "__main__":
    main()
