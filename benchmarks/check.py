"""`bootfit check` beside what a user would run instead: ratios, side by side in one run.

    python benchmarks/check.py [--pip] [--pairs 5] [--file FILE]... [--python 3.11]

Each round runs every command in turn with a cache folder of its own, first empty (cold), then
filled (warm). A ratio is the median of the ratios of the rounds, with the least and the greatest
beside it: a slow minute hits all commands of its round. Absolute times depend on the machine and
the index; the ratios do so much less. The index is the one that `--index-url` or
BOOTFIT_INDEX_URL names, the public one otherwise, the same for all.

Memory is of the whole process tree: what is its own and cannot be given back (anonymous, shared
pages counted once), which is what a memory limit kills for, and resident, where each process
counts all that it shares with others as well. Without `--file`, three files are used: the first
is of 2023, the other two are this repository's own.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypi_simple import PYPI_SIMPLE_ENDPOINT

HERE = Path(__file__).parent
UV = "uv pip compile"
PLATFORM = "x86_64-manylinux_2_36"


FILES = (
    HERE / "requirements" / "pinned-2023.txt",
    HERE.parent / "reference_app" / "requirements-ml.txt",
    HERE.parent / "reference_app" / "requirements.txt",
)


@dataclass(frozen=True)
class Run:
    seconds: float
    cpu_seconds: float
    anonymous_mib: float
    resident_mib: float
    code: int


#: (name, cold or warm) → runs.
Runs = dict[tuple[str, str], list[Run]]
#: An index that does not say how long its pages may be kept would make uv fetch them each time.
UV_CONFIG = """\
[[index]]
url = "{}"
default = true
cache-control = {{ api = "max-age=600", files = "max-age=365000000, immutable" }}
"""


def timed(command: Sequence[str], environment: Mapping[str, str], folder: str) -> Run:
    """Return how long ``command`` took, and the largest memory of it and its children together."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    anonymous = resident = 0
    while process.poll() is None:
        found = [memory_of(pid) for pid in tree(process.pid)]
        anonymous = max(anonymous, sum(one[0] for one in found))
        resident = max(resident, sum(one[1] for one in found))
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, anonymous / 1024, resident / 1024, process.returncode)


def tree(pid: int) -> Iterator[int]:
    """Return ``pid`` and all that it has started and that still runs."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from tree(int(child))


def memory_of(pid: int) -> tuple[int, int]:
    """Return the anonymous (proportional) and the resident KiB of a process; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0, 0
    known = {
        name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)
    }
    return known["Pss_Anon"], known["Rss"]


def commands(file: Path, python: str, index: str, config: Path) -> dict[str, list[str]]:
    """Return name → command; each reads the same file for the same target from the same index."""
    import uv

    uv_compile = [
        *(uv.find_uv_bin(), "pip", "compile", str(file), "--python-version", python),
        *("--python-platform", PLATFORM, "--config-file", str(config), "-q"),
    ]
    check = [
        *(sys.executable, "-m", "bootfit", "check", str(file.parent), "-r", file.name),
        *("--platform", "render-free", "--index-url", index, "--format", "json"),
    ]
    pip = [
        *(sys.executable, "-m", "pip", "--isolated", "install", "--dry-run", "--quiet"),
        *("--ignore-installed", "--index-url", index, "-r", str(file)),
    ]
    return {
        UV: uv_compile,
        "bootfit check": [*check, "--python", python],
        "bootfit check, 8 Pythons": [*check, "--python", python, "--matrix", "3.8-3.15"],
        "pip install --dry-run": pip,
    }


def environment_in(cache: Path) -> dict[str, str]:
    """Return our environment with every cache inside ``cache``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("UV_", "PIP_", "BOOTFIT_"))}
    return {
        **kept,
        "XDG_CACHE_HOME": str(cache),
        "UV_CACHE_DIR": str(cache / "uv"),
        "PIP_CACHE_DIR": str(cache / "pip"),
        "UV_PYTHON_DOWNLOADS": "never",
    }


def measure(wanted: Mapping[str, Sequence[str]], pairs: int) -> Runs:
    """Return (name, state) → a run for each round; in a round the commands take turns."""
    found: Runs = {}
    for _ in range(pairs):
        with tempfile.TemporaryDirectory(prefix="bootfit-benchmark-") as folder:
            for state in ("cold", "warm"):
                for name, command in wanted.items():
                    cache = Path(folder) / name.replace(" ", "-")
                    cache.mkdir(exist_ok=True)
                    run = timed(command, environment_in(cache), folder)
                    found.setdefault((name, state), []).append(run)
                    print(f"{name}, {state}: {run.seconds:.2f} s", file=sys.stderr)
    return found


def table(found: Runs) -> list[str]:
    """Return the lines of a Markdown table: seconds, ratios to uv, memory, exit codes."""
    heads = ("command", "cache", "seconds", "× uv, same cache", "× uv, cold", "CPU × uv")
    heads += ("anonymous MiB", "resident MiB", "exit")
    lines = [f"| {' | '.join(heads)} |", "|---|---|--:|--:|--:|--:|--:|--:|--:|"]
    cold = [run.seconds for run in found[UV, "cold"]]
    for (name, state), runs in found.items():
        seconds, cpu = [run.seconds for run in runs], [run.cpu_seconds for run in runs]
        own = found[UV, state]
        lines.append(
            f"| {name} | {state} | {statistics.median(seconds):.2f} "
            f"| {ratio(seconds, [run.seconds for run in own])} | {ratio(seconds, cold)} "
            f"| {ratio(cpu, [run.cpu_seconds for run in own])} "
            f"| {max(run.anonymous_mib for run in runs):.0f} "
            f"| {max(run.resident_mib for run in runs):.0f} "
            f"| {','.join(sorted({str(run.code) for run in runs}))} |"
        )
    return lines


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Return the median of the ratios pair by pair, and the least and the greatest."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--file", type=Path, action="append", help="may be given several times")
    parser.add_argument("--python", default="3.11")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--index-url", default=os.environ.get("BOOTFIT_INDEX_URL"))
    parser.add_argument("--pip", action="store_true", help="pip as well: a minute a run")
    wanted = parser.parse_args()
    index = wanted.index_url or PYPI_SIMPLE_ENDPOINT
    for file in wanted.file or FILES:
        with tempfile.TemporaryDirectory(prefix="bootfit-benchmark-") as folder:
            config = Path(folder) / "uv.toml"
            config.write_text(UV_CONFIG.format(index))
            # Apart from the project that it belongs to, whose source would be looked at as well.
            alone = Path(folder) / "project" / file.name
            alone.parent.mkdir()
            for beside in file.parent.glob("*.txt"):
                (alone.parent / beside.name).write_text(beside.read_text())
            chosen = commands(alone, wanted.python, index, config)
            if not wanted.pip:
                del chosen["pip install --dry-run"]
            found = measure(chosen, wanted.pairs)
        print(f"{file.name} for Python {wanted.python}, {wanted.pairs} rounds:\n")
        print("\n".join(table(found)), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
