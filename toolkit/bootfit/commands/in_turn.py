"""Base and head measured in turn, round by round: what one has to bear, the other has as well."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bootfit.commands.walk import Walk
from bootfit.compare import profile_of
from bootfit.compare.in_turn import MORE
from bootfit.compare.suspects import Members, common_members, suspects
from bootfit.model.errors import UndeterminedError
from bootfit.model.measurement import MeasurementSet, ProbeResult
from bootfit.model.run import Run
from bootfit.model.shards import resampled
from bootfit.model.tolerances import Allowances

#: Rounds in which all plugins are loaded together: memory repeats, and no time is told of them.
_ENOUGH_FOR_MEMORY = 3

#: What the walk through each of the projects is told: one probe at a time, for the sake of time.
_DEFAULTS: Mapping[str, Any] = {
    "platform": None,
    "python": None,
    "requirements": (),
    "measured": None,
    "samples": 1,
    "jobs": 1,
}


def measure_in_turn(
    base: Path, head: Path, rounds: int, allowed: Allowances, options: Mapping[str, Any]
) -> tuple[Run, Run]:
    """Return the runs of the projects in two folders, measured in turn.

    After ``rounds`` rounds, what seems to take longer is measured for several times as many, so
    that a decision rests on all of them; the rest is settled.

    Raises:
        UndeterminedError: the app of one cannot be imported, or nothing can be compared.
    """
    sides = [_Side(folder, options) for folder in (base, head)]
    subjects = common_members(*(profile_of(side.run(), "") for side in sides))
    if not subjects:
        raise UndeterminedError(
            f"{base} and {head} have nothing in common that could be measured",
            "look at what `bootfit measure` says of each",
        )
    _take(sides, subjects, rounds)
    base_so_far, head_so_far = (profile_of(side.run(), "") for side in sides)
    seem_slower = suspects(base_so_far, head_so_far, allowed)
    doubtful = {subject: members for subject, members in subjects.items() if subject in seem_slower}
    _take(sides, doubtful, rounds * (MORE - 1))
    return sides[0].run(), sides[1].run()


class _Side:
    """One of the two projects, and what the rounds said of it."""

    def __init__(self, root: Path, options: Mapping[str, Any]) -> None:
        from bootfit.commands.legs import measure

        self.walk = Walk("compare", {**_DEFAULTS, **options, "project": root})
        with self.walk.progress:
            measure(self.walk)
        self.results: dict[Members, list[ProbeResult]] = {}

    @property
    def measured(self) -> MeasurementSet:
        """Return what was measured before the rounds."""
        if self.walk.run.measurements is None:
            raise UndeterminedError(
                f"{self.walk.root} could not be measured", "see `bootfit measure`"
            )
        return self.walk.run.measurements

    def probe(self, members: Members) -> None:
        """Measure the app, or implementations on top of it, in one fresh process."""
        from bootfit.measure import find_interpreter, measure_union

        if self.walk.run.app is None:
            return
        result = measure_union(
            self.walk.run.app,
            self.walk.root,
            find_interpreter(self.walk.root, self.walk.config.interpreter),
            members,
            samples=1,
            jobs=1,
            budget_bytes=self.walk.budget_bytes,
            environment=self.walk.config.environment,
            time_limit_seconds=self.walk.options["time_limit"],
        )
        self.results.setdefault(members, []).append(result)

    def run(self) -> Run:
        """Return the run with the samples of all rounds in place of the single ones."""
        return replace(self.walk.run, measurements=resampled(self.measured, self.results))


def _take(
    sides: Sequence[_Side], subjects: Mapping[str, tuple[Members, Members]], rounds: int
) -> None:
    """Measure each subject once a round, on both sides one right after the other."""
    progress: Callable[[str], None] = sides[1].walk.progress
    pairs = dict.fromkeys(subjects.values())
    for number in range(rounds):
        for older, members in pairs:
            if len(members) > 1 and number >= _ENOUGH_FOR_MEMORY:
                continue
            progress(f"{' + '.join(members) or 'app'}: base and head, {number + 1} of {rounds}")
            turns = [(sides[0], older), (sides[1], members)]
            for side, one in turns if number % 2 == 0 else reversed(turns):
                side.probe(one)
