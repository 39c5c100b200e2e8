"""Record what repeated measuring says of an app that does not change.

    python tests/assets/noise/record.py sessions 12 >> tests/assets/noise/sessions.jsonl
    python tests/assets/noise/record.py rounds 40 >> tests/assets/noise/rounds.jsonl

A session is one run of `bootfit measure` with five fresh processes a probe, two at a time;
sessions are taken apart and under whatever load the machine had, which is told. A round has
one process a probe, one after another, as `bootfit compare BASE/ HEAD/` takes them.

Each line tells of the app, of each implementation on top of it, and of all together, the peak
of anonymous memory in bytes and the CPU seconds of the import.
"""

import json
import os
import sys
import time
from pathlib import Path

from bootfit.measure import describe, measure_project, measure_union

ROOT = Path(__file__).parent / "weighed_app"
PYTHON = Path(sys.executable)


def session(description):
    measured, _ = measure_project(description, ROOT, PYTHON, samples=5, jobs=2)
    time.sleep(20)
    return [measured.app, *(one for one in measured.probes if one.mode in {"on_top", "union"})]


def a_round(description):
    ladders = [[f"{one.name}:{rung.name}" for rung in one.ladder] for one in description.plugins]
    subjects = [(), *((one,) for ladder in ladders for one in ladder)]
    subjects.append(tuple(ladder[0] for ladder in ladders))
    return [
        measure_union(description, ROOT, PYTHON, subject, samples=1, jobs=1)
        for subject in subjects
    ]


def line(probes):
    return {
        "load": round(os.getloadavg()[0], 1),
        "probes": [
            {
                "implementations": list(one.implementations),
                "bytes": [int(value) for value in one.figures.peak_anonymous_bytes.values],
                "seconds": [round(value, 5) for value in one.figures.import_cpu_seconds.values],
            }
            for one in probes
        ],
    }


if __name__ == "__main__":
    take = {"sessions": session, "rounds": a_round}[sys.argv[1]]
    described = describe(ROOT, PYTHON, "weighed:app", "weighed:PLUGINS")
    for _ in range(int(sys.argv[2])):
        print(json.dumps(line(take(described)), separators=(",", ":")), flush=True)
