"""One scan in a process of its own, which says at the end how much memory it took."""

from __future__ import annotations

import resource
import sys

from fitgate.entrypoints.cli import main

if __name__ == "__main__":
    try:
        main()
    finally:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak-kib {peak}", file=sys.stderr)
