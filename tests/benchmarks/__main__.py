"""``make bench``: run every benchmark, print its table; ``--json FILE`` keeps the figures."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from tests.benchmarks import app, training


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    args = parser.parse_args()
    figures = {"training": training.measure(), "app": app.measure()}
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
