"""What importing `bootfit.lazy` costs, beside an interpreter that imports nothing.

Run: `python benchmarks/lazy_import.py [PAIRS]`. Pairs of fresh processes are taken in turn, so that
a machine that slows down slows both. CPU time is the child's own (user and system); memory is its
anonymous memory (Pss_Anon) at the end.
"""

import statistics
import subprocess
import sys

REPORT = (
    "import re, resource\n"
    "used = resource.getrusage(resource.RUSAGE_SELF)\n"
    "rollup = open('/proc/self/smaps_rollup').read()\n"
    "print(used.ru_utime + used.ru_stime, re.search(r'Pss_Anon: *(\\d+)', rollup)[1])\n"
)


def cost(statement: str) -> tuple[float, float]:
    """Return CPU milliseconds and anonymous KiB of a fresh process that runs ``statement``."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\n{REPORT}"],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, kib = done.stdout.split()
    return float(seconds) * 1000, float(kib)


def main() -> None:
    """Print the medians and the difference."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 25
    cost("import bootfit.lazy")  # writes the .pyc files
    taken = [(*cost("pass"), *cost("import bootfit.lazy")) for _ in range(pairs)]
    bare_ms, bare_kib, lazy_ms, lazy_kib = (
        statistics.median(column) for column in zip(*taken, strict=True)
    )
    print(f"bare interpreter      {bare_ms:6.2f} ms CPU")
    print(f"with bootfit.lazy     {lazy_ms:6.2f} ms CPU, ratio {lazy_ms / bare_ms:.2f}")
    print(f"import bootfit.lazy   {lazy_ms - bare_ms:6.2f} ms CPU (at most 3)")
    print(f"                      {(lazy_kib - bare_kib) / 1024:6.2f} MiB anonymous (at most 1)")


if __name__ == "__main__":
    main()
