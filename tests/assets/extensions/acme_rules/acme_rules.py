"""A rule of one company: nothing that takes seconds to import is loaded in a request."""

from bootfit.model.finding import Rule, Severity


class SlowImport(Rule):
    """An implementation takes more than two CPU seconds to import.

    Whoever asks for it first waits for them. Load it when the worker starts, or choose another.
    """

    code = "ACME101"
    slug = "slow-import"
    severity = Severity.WARNING

    @classmethod
    def examine(cls, run):
        for probe in run.measurements.probes if run.measurements else ():
            if probe.figures and probe.figures.import_cpu_seconds.median > 2:
                yield cls.finding(probe.subject, f"{probe.subject} takes seconds to import")


RULES = (SlowImport,)
