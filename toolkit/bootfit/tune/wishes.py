"""What the user fixed beforehand; `tune` chooses the rest."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wishes:
    """Budgets and server settings that the user states. None leaves the choice to `tune`."""

    #: Memory to plan for; the platform's where it is None.
    budget_bytes: int | None = None
    #: Fraction of the budget that stays free.
    headroom: float = 0.10
    #: CPU seconds that the import of one implementation may take; None: as long as it likes.
    import_seconds: float | None = None
    #: The Python that the target runs; the platform's default where it is None.
    python: str | None = None
    workers: int | None = None
    threads: int | None = None
    timeout_seconds: int | None = None
    preload: bool | None = None
    max_requests: int | None = None
