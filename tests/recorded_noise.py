"""Runs made of samples that were recorded of an app that did not change (tests/assets/noise)."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

from bootfit.compare import profile_of
from bootfit.model.measurement import MeasurementSet, ProbeResult, Samples
from bootfit.model.run import Run
from run_documents import figures, measurements

ASSETS = Path(__file__).parent / "assets" / "noise"


@cache
def recorded(name):
    """Return the lines of sessions.jsonl or rounds.jsonl: subject → (bytes, seconds) each."""
    lines = (ASSETS / f"{name}.jsonl").read_text().splitlines()
    return [
        {
            tuple(probe["implementations"]): (tuple(probe["bytes"]), tuple(probe["seconds"]))
            for probe in json.loads(line)["probes"]
        }
        for line in lines
    ]


def profile(samples, *, grown_bytes=0, slower=1.0, subject=None):
    """Return the profile of a run with ``samples``: members → (bytes, seconds).

    ``subject`` takes ``grown_bytes`` more and ``slower`` times as long.
    """
    probes = []
    for members, (sizes, seconds) in samples.items():
        grows = subject is not None and subject in members
        told = replace(
            figures(1.0),
            peak_anonymous_bytes=Samples(tuple(size + grown_bytes * grows for size in sizes)),
            import_cpu_seconds=Samples(tuple(one * (slower if grows else 1.0) for one in seconds)),
        )
        mode = "app" if not members else "on_top" if len(members) == 1 else "union"
        probes.append(ProbeResult(members, mode, "measured", figures=told))
    conditions = measurements().conditions
    app = next(one for one in probes if one.mode == "app")
    rest = tuple(one for one in probes if one.mode != "app")
    run = Run("weighed", "Render Free", "Render Free: CPython 3.11.7", "measure", "0")
    return profile_of(replace(run, measurements=MeasurementSet(conditions, app, rest)), "run.json")


def session(line, chosen):
    """Return the samples of a session that have the numbers ``chosen``."""
    return {
        members: tuple(tuple(values[number] for number in chosen) for values in both)
        for members, both in line.items()
    }


def in_rounds(lines, subjects=None):
    """Return the samples of several rounds, one after the other."""
    return {
        members: tuple(tuple(line[members][figure][0] for line in lines) for figure in (0, 1))
        for members in (subjects or lines[0])
    }
