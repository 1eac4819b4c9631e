"""Print every side-by-side table: `make bench`. Each benchmark runs in a process of its own, one after another."""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run each `bench_*.py` of this folder; return 1 if any failed."""
    failed = []
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n== {file.stem.removeprefix('bench_')} ==", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{file.stem}"], check=False).returncode:
            failed.append(file.stem)
    for name in failed:
        print(f"FAILED: python -m benchmarks.{name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
