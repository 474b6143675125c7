"""``make faults``: injects every fault and prints what was promised and kept, as one Markdown table."""

from __future__ import annotations

import argparse
import sys

from tests.faults.table import HEAD, faults, named, row


def main() -> int:
    """Run the faults; the exit status is 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few tries of each, as in make test")
    parser.add_argument("--count", type=int, metavar="N", help="at most N tries of each")
    parser.add_argument(
        "--only", metavar="WORDS", default="", help="only faults with these words in their name"
    )
    chosen = parser.parse_args()
    wanted = [fault for fault in faults() if named(fault, chosen.only)]
    if not wanted:
        parser.error(f"no fault has the words {chosen.only!r} in its name")
    print(*HEAD, sep="\n", flush=True)
    whole = True
    for fault in wanted:
        if chosen.short and not fault.short:
            continue
        if fault.unable():
            print(f"{fault.name}: not tried, {fault.unable()}", file=sys.stderr, flush=True)
            continue
        count = fault.short if chosen.short else fault.count
        result = fault.run(min(count, chosen.count or count))
        print(row(fault, result), flush=True)
        for line in result.broken:
            print(f"{fault.name}: {line}", file=sys.stderr, flush=True)
        whole = whole and result.kept == result.tried
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
