"""Anonymous memory of a server over time, by role: the master, its workers, what they start."""

import itertools
import threading
import time
from collections.abc import Sequence

from bootfit.limits.accounting import tree_memory
from bootfit.limits.children import Child
from bootfit.limits.interface import Boundary
from bootfit.limits.processes import ProcessTree
from bootfit.model.evidence import MemorySample

#: The group's own figure is one small file; the tree is a walk through all its mappings.
_GROUP_SECONDS = 0.005
_TREE_SECONDS = 0.01
#: Sampling takes at most this part of one processor, or it would disturb what it watches.
_LARGEST_SHARE = 0.25
#: Samples kept while it runs; beyond that the older ones are thinned.
_MOST_KEPT = 20_000
#: Points of the timeline in the evidence.
TIMELINE_POINTS = 240


class Sampler:
    """Samples a server from a thread: the group every 5 ms, the tree by role every 10 ms or more.

    Σ Pss_Anon over the tree and the group's own anonymous memory are the same figure; looked at
    more often, the group's shows peaks that fall between two looks at the tree.
    """

    def __init__(self, child: Child, boundary: Boundary) -> None:
        self._root = child.pid
        self._tree = ProcessTree(child.pid, child.cookie)
        self._boundary = boundary
        self._samples: list[MemorySample] = []
        self._workers: dict[int, None] = {}
        self._group_peak = 0
        self._began = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bootfit-sampler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more samples."""
        self._stop.set()
        self._thread.join()

    def peak_bytes(self) -> int:
        """Return the largest anonymous memory seen: of the tree, or of the control group."""
        tree = max((sample.total_bytes for sample in self._samples), default=0)
        return max(tree, self._group_peak)

    def timeline(self) -> tuple[MemorySample, ...]:
        """Return what was seen, thinned to some hundred points, every peak kept."""
        return thinned(self._samples, TIMELINE_POINTS)

    def workers(self) -> tuple[int, ...]:
        """Return the ids of all children that the master ever had, in order of appearance."""
        return tuple(self._workers)

    def _run(self) -> None:
        tree_due = 0.0
        while not self._stop.wait(_GROUP_SECONDS):
            began = time.monotonic()
            self._group_peak = max(self._group_peak, self._boundary.readings().anonymous_bytes)
            if began >= tree_due:
                self._take()
                ended = time.monotonic()
                tree_due = max(began + _TREE_SECONDS, ended + (ended - began) / _LARGEST_SHARE)

    def _take(self) -> None:
        pids = self._tree.pids()
        parents = {member.pid: member.parent for member in self._tree.members()}
        workers = {pid for pid in pids if parents.get(pid) == self._root}
        self._workers.update(dict.fromkeys(sorted(workers - self._workers.keys())))
        roles = {"master": 0, "workers": 0, "others": 0}
        for process in tree_memory(pids).processes:
            if process.pid == self._root:
                roles["master"] += process.anonymous_bytes
            elif process.pid in workers:
                roles["workers"] += process.anonymous_bytes
            else:
                roles["others"] += process.anonymous_bytes
        self._samples.append(
            MemorySample(
                seconds=round(time.monotonic() - self._began, 3),
                master_bytes=roles["master"],
                workers_bytes=roles["workers"],
                others_bytes=roles["others"],
            )
        )
        if len(self._samples) > _MOST_KEPT:
            self._samples = list(thinned(self._samples, _MOST_KEPT // 2))


def thinned(samples: Sequence[MemorySample], most: int) -> tuple[MemorySample, ...]:
    """Return at most ``most`` of ``samples``: of each stretch of time the largest in total."""
    if len(samples) <= most:
        return tuple(samples)
    bounds = [len(samples) * n // most for n in range(most + 1)]
    return tuple(
        max(samples[start:end], key=lambda sample: sample.total_bytes)
        for start, end in itertools.pairwise(bounds)
    )
