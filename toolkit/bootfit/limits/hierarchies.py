"""Where the control group hierarchies are mounted and which group this process is in.

Pure functions over the texts of ``/proc/self/mountinfo`` (proc_pid_mountinfo(5)) and
``/proc/self/cgroup`` (cgroups(7)), and one that reads them.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

_ESCAPE = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True)
class Hierarchy:
    """A mounted hierarchy: where, and the folder of this process's own group in it."""

    mount_point: Path
    own_group: Path

    def groups_upwards(self) -> tuple[Path, ...]:
        """Return the own group and its ancestors, the own one first, the mount point last."""
        below = self.own_group.relative_to(self.mount_point).parts
        return tuple(self.mount_point.joinpath(*below[:n]) for n in range(len(below), -1, -1))


@dataclass(frozen=True)
class Hierarchies:
    """The hierarchies of this machine that can limit memory and CPU time."""

    unified: Hierarchy | None
    #: Version 1 hierarchies by controller: "memory", "cpu", …
    by_controller: dict[str, Hierarchy]


def parse_hierarchies(mountinfo: str, own_groups: str) -> Hierarchies:
    """Return what the two texts say; a hierarchy that is not mounted is left out."""
    paths: dict[str, str] = {}
    for line in own_groups.splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            paths[controller] = path
    unified = None
    by_controller: dict[str, Hierarchy] = {}
    for line in mountinfo.splitlines():
        mount, separator, rest = line.partition(" - ")
        fields = mount.split()
        kind, *source = rest.split()
        if not separator or len(fields) < 5:
            continue
        root, mount_point = _unescape(fields[3]), Path(_unescape(fields[4]))
        if kind == "cgroup2" and "" in paths:
            unified = unified or Hierarchy(mount_point, _own(mount_point, root, paths[""]))
        elif kind == "cgroup" and source:
            for controller in source[-1].split(","):
                if controller in paths:
                    own = _own(mount_point, root, paths[controller])
                    by_controller.setdefault(controller, Hierarchy(mount_point, own))
    return Hierarchies(unified, by_controller)


def read_hierarchies(proc: Path = Path("/proc/self")) -> Hierarchies:
    """Return the hierarchies that this process sees; none where ``proc`` cannot be read."""
    try:
        mountinfo = (proc / "mountinfo").read_text()
        own_groups = (proc / "cgroup").read_text()
    except OSError:
        return Hierarchies(None, {})
    return parse_hierarchies(mountinfo, own_groups)


def _own(mount_point: Path, root: str, path: str) -> Path:
    """Return the folder of group ``path`` where the mount shows the hierarchy from ``root`` on.

    A container without a cgroup namespace sees its host's path there: then the mount point itself
    is its group.
    """
    if path == root:
        return mount_point
    below = os.path.relpath(path, root)
    if below.startswith(".."):
        return mount_point
    return mount_point / below


def _unescape(field: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), field)
