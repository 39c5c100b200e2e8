"""Rules of no single leg: about bootfit itself (BF9xx), and about written files."""

from bootfit.model.finding import Rule, Severity


class BrokenExtension(Rule):
    """An extension that was found could not be loaded.

    The run goes on without it. The finding names the distribution that brought it and the error
    it raised. Mend or uninstall that distribution, or set ``BOOTFIT_EXTENSIONS=`` (empty) to use
    the built-in ones alone.
    """

    code = "BF901"
    slug = "broken-extension"
    severity = Severity.WARNING


class Assumption(Rule):
    """The project does not say something that bootfit needs, so it was assumed.

    What was assumed, and from what, is in the message. Write it into ``[tool.bootfit]`` of the
    project's pyproject.toml to make it certain.
    """

    code = "BF902"
    slug = "assumption"
    severity = Severity.NOTE


class FilesOutOfDate(Rule):
    """A generated file is missing, or is not as the plan would write it now.

    ``bootfit emit --check`` asks for this in CI. Look at the difference with ``--diff`` and take it
    over with ``--write``; a file that was made by hand is never written over without ``--force``.
    What measuring again moves is no difference: comments, and a time-out, ``max_requests`` or a
    cost in ``BOOTFIT_COST`` by up to a quarter.
    """

    code = "BF409"
    slug = "files-out-of-date"
    severity = Severity.ERROR


class NotWhatDeploys(Rule):
    """A file that decides how the server runs was made by hand, and is not what was verified.

    ``verify`` boots the plan's own files. bootfit never writes over a file that somebody made, so
    the one in the project is what deploys, and what it takes there was not seen. Compare the two
    with ``bootfit emit --diff``; take the plan's with ``bootfit emit --write --force``, or leave
    the file as it is and know that the figures are not its.
    """

    code = "BF420"
    slug = "not-what-deploys"
    severity = Severity.WARNING


RULES: tuple[type[Rule], ...] = (BrokenExtension, Assumption, FilesOutOfDate, NotWhatDeploys)
