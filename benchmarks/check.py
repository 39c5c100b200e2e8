"""`bootfit check` beside what a user would run instead: ratios, side by side in one run.

    python benchmarks/check.py [--pip] [--file FILE] [--python 3.11]

Each command runs in turn with a cache folder of its own, first empty (cold), then filled (warm).
Absolute times depend on the machine and the index; the ratios do not. The index is the one that
`--index-url` or BOOTFIT_INDEX_URL names, the public one otherwise, the same for all.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from pypi_simple import PYPI_SIMPLE_ENDPOINT

HERE = Path(__file__).parent
PLATFORM = "x86_64-manylinux_2_36"


@dataclass(frozen=True)
class Run:
    seconds: float
    peak_mib: float
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
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    watched, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        try:
            tree = [watched, *watched.children(recursive=True)]
            peak = max(peak, sum(one.memory_info().rss for one in tree))
        except psutil.NoSuchProcess:
            pass
        time.sleep(0.02)
    return Run(time.perf_counter() - started, peak / 2**20, process.returncode)


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
        "uv pip compile": uv_compile,
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


def measure(wanted: Mapping[str, Sequence[str]], samples: int) -> Runs:
    """Return (name, state) → runs; the commands take turns, so that a slow minute hits them all."""
    found: Runs = {}
    for _ in range(samples):
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
    """Return the lines of a Markdown table: the median time, its ratio to uv, memory, exit code."""
    lines = [
        "| command | cache | seconds | × uv, same cache | × uv, cold | peak MiB | exit |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    cold = middle(found["uv pip compile", "cold"]).seconds
    for (name, state), runs in found.items():
        run, uv = middle(runs), middle(found["uv pip compile", state]).seconds
        lines.append(
            f"| {name} | {state} | {run.seconds:.2f} | {run.seconds / uv:.2f} "
            f"| {run.seconds / cold:.2f} | {run.peak_mib:.0f} | {run.code} |"
        )
    return lines


def middle(runs: Sequence[Run]) -> Run:
    return sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--file", type=Path, default=HERE / "requirements" / "pinned-2023.txt")
    parser.add_argument("--python", default="3.11")
    parser.add_argument("--samples", type=int, default=3)
    parser.add_argument("--index-url", default=os.environ.get("BOOTFIT_INDEX_URL"))
    parser.add_argument("--pip", action="store_true", help="pip as well: a minute a run")
    wanted = parser.parse_args()
    index = wanted.index_url or PYPI_SIMPLE_ENDPOINT
    with tempfile.TemporaryDirectory(prefix="bootfit-benchmark-") as folder:
        config = Path(folder) / "uv.toml"
        config.write_text(UV_CONFIG.format(index))
        chosen = commands(wanted.file.resolve(), wanted.python, index, config)
        if not wanted.pip:
            del chosen["pip install --dry-run"]
        found = measure(chosen, wanted.samples)
    print(f"{wanted.file.name} for Python {wanted.python}, median of {wanted.samples}:\n")
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
