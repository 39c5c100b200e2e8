# ruff: noqa: PTH118 - as in the other agents
"""The agent that lets memray look at one implementation: run by its path.

memray has to be installed for the interpreter that runs this. It sees allocations between the
loaded app and the end of one exercise.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING or __package__:
    from bootfit.measure.agent import (
        ProbedCodeError,
        attempt,
        begin,
        exercise,
        failure,
        load,
        resolve,
    )
    from bootfit.measure.agent_imports import kind_of_file, place_of
else:
    # Run by its path: its folder is first on the path, until `begin` takes it off. The agent is
    # taken from the other one: two copies of it would not know each other's exceptions.
    from agent_imports import (
        ProbedCodeError,
        attempt,
        begin,
        exercise,
        failure,
        kind_of_file,
        load,
        place_of,
        resolve,
    )

    del sys.modules["agent_imports"]

_AGENT = __file__

if TYPE_CHECKING:
    from typing import Any

    from bootfit.measure.agent import Channel

_MOST_PLACES = 40


def dive(order: dict[str, Any], folder: str, channel: Channel) -> None:
    """Import the app, let memray watch the implementation, and tell who held memory at the peak."""
    import memray

    rung = order["rungs"][0]
    channel.tell(phase="started")
    if order["app"]:
        attempt("app", "", resolve, order["app"], ("application", "app"))
        channel.tell(phase="app")
    capture = os.path.join(folder, "capture.bin")
    with memray.Tracker(capture):
        value = attempt("load", rung["subject"], load, rung)
        attempt("exercise", rung["subject"], exercise, rung, value)
    channel.tell(phase="exercised")
    reader = memray.FileReader(capture)
    told = at_peak(reader, os.path.realpath(order["paths"][0]) + os.sep)
    reader.close()
    flame_graph(capture, order["flame_graph"])
    import json  # all is measured
    from importlib.metadata import version

    told["version"] = version("memray")
    channel.tell(phase="dived", told=json.dumps(told))
    channel.tell(phase="done")


def at_peak(reader: Any, root: str) -> dict[str, Any]:
    """Return bytes by file, and the lines that held most, by the innermost frame of Python."""
    files: dict[str, int] = {}
    lines: dict[tuple[str, int, str], int] = {}
    for record in reader.get_high_watermark_allocation_records(merge_threads=True):
        function, path, line = innermost(record.stack_trace())
        files[path] = files.get(path, 0) + record.size
        lines[path, line, function] = lines.get((path, line, function), 0) + record.size
    largest = sorted(lines.items(), key=lambda one: -one[1])[:_MOST_PLACES]
    return {
        "peak": reader.metadata.peak_memory,
        "allocations": reader.metadata.total_allocations,
        "files": [
            (place_of(path, root), kind_of_file(os.path.realpath(path), root) if path else "", size)
            for path, size in files.items()
        ],
        "lines": [
            (place_of(path, root), line, function, size) for (path, line, function), size in largest
        ],
    }


def innermost(frames: Any) -> tuple[str, str, int]:
    """Return function, file and line of the innermost frame that is not the import machinery's."""
    for function, path, line in frames:
        if not path.startswith("<frozen importlib") and path != _AGENT:
            return function, path, line
    return "", "", 0


def flame_graph(capture: str, output: str) -> None:
    """Write memray's own page about the peak."""
    from memray.commands import main as memray_command

    code = memray_command(["flamegraph", "--force", "--output", output, capture])
    if code:
        raise SystemExit(f"memray flamegraph failed with {code}")


def main(folder: str) -> None:
    """Do what the order says; tell what the probed code raised."""
    order, channel = begin(folder)
    try:
        dive(order, folder, channel)
    except ProbedCodeError as error:
        channel.tell(phase="failed", **failure(error))


if __name__ == "__main__":
    main(sys.argv[1])
