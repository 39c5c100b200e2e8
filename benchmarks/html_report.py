"""What `bootfit report --format html` of a run with 5,000 traced modules takes: time and size.

Run: `python benchmarks/html_report.py [TIMES]`. Fresh processes; wall time is what a person waits,
CPU time is the child's own (user and system) and does not depend on what else runs.
"""

import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bootfit.model.attribution import Cost, ModuleCost, ModuleTree
from bootfit.model.document import encode_run
from bootfit.model.finding import Place
from bootfit.model.measurement import Conditions, MeasurementSet, ProbeResult
from bootfit.model.run import Run

MODULES = 5000
MIB = 1024 * 1024


def document() -> bytes:
    """Return a run whose app imports `MODULES` modules, three below each."""
    modules = tuple(
        ModuleCost(
            module=f"package{number % 40}.part{number % 400}.module{number}",
            owner=f"package{number % 40}",
            parent="" if number == 0 else _name((number - 1) // 3),
            importer=_name((number - 1) // 3),
            place=Place(f"package{number % 40}/part{number % 400}.py", number + 1),
            own=Cost(0.0002, 20_000),
            total=Cost(0.0002, 20_000),
        )
        for number in range(MODULES)
    )
    tree = ModuleTree((), total=Cost(1.0, 100 * MIB), modules_loaded=MODULES, modules=modules)
    conditions = Conditions("python", "CPython", "x86_64", "Linux", "none", 0.0, 1, ())
    measured = MeasurementSet(
        conditions, ProbeResult((), "app", "flooded"), (), attribution=(tree,)
    )
    return encode_run(Run("large", "Render Free", "-", "measure", "-", measurements=measured))


def _name(number: int) -> str:
    return f"package{number % 40}.part{number % 400}.module{number}"


def main() -> None:
    """Print the medians and the size."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with TemporaryDirectory() as folder:
        run, page = Path(folder, "run.json"), Path(folder, "run.html")
        run.write_bytes(document())
        command = [sys.executable, "-m", "bootfit", "report", run, "--format", f"html={page}"]
        taken = []
        for _ in range(times + 1):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, check=True)
            wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            taken.append((wall, cpu))
        wall, cpu = (statistics.median(column) for column in zip(*taken[1:], strict=True))
        print(f"{MODULES} modules   {wall:5.2f} s (at most 1), {cpu:5.2f} s CPU")
        print(f"page          {page.stat().st_size / 1e6:6.2f} MB (at most 6)")


if __name__ == "__main__":
    main()
