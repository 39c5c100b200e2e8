"""Rules about bootfit itself (BF9xx)."""

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


RULES: tuple[type[Rule], ...] = (BrokenExtension, Assumption)
