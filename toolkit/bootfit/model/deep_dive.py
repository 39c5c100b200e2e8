"""What memray says about one implementation, beside what the kernel says."""

from dataclasses import dataclass

from bootfit.model.attribution import OwnerKind
from bootfit.model.finding import Place


@dataclass(frozen=True)
class HeldBytes:
    """What one distribution, Python or the project held at the peak."""

    name: str
    kind: OwnerKind
    held_bytes: int


@dataclass(frozen=True)
class HoldingLine:
    """What one line of source held at the peak."""

    place: Place | None
    function: str
    owner: str
    held_bytes: int


@dataclass(frozen=True)
class DeepDive:
    """One implementation on top of the app, while it was loaded and exercised once."""

    implementation: str
    memray: str
    #: What memray saw at the height.
    seen_bytes: int
    allocations: int
    #: What the kernel counted at the height of a run without memray, less the app: anonymous.
    kernel_bytes: int
    #: The largest first.
    owners: tuple[HeldBytes, ...]
    lines: tuple[HoldingLine, ...]
    #: Where memray's page lies.
    flame_graph: str
    #: What memray cannot see, or says otherwise than it is, one sentence each.
    blind: tuple[str, ...] = ()
