"""Rules about the files that a platform reads (BF412 to BF419), whoever wrote them."""

from bootfit.model.finding import Rule, Severity


class PlatformRefuses(Rule):
    """The platform refuses what the file says: the deploy, or the sync of the blueprint, fails.

    A key that is missing or misspelled, or a value of the wrong kind. YAML makes some of them by
    itself: a bare ``off``, ``yes`` or ``true`` is a boolean where Render wants a string, and a bare
    ``3.10`` is the number 3.1. Quote the value, or mend the key; the finding says which.

    Source: https://render.com/docs/blueprint-spec, https://devcenter.heroku.com/articles/procfile.
    """

    code = "BF412"
    slug = "platform-refuses"
    severity = Severity.ERROR


class PlatformIgnores(Rule):
    """The platform reads the file, and passes over what it says here.

    A key that this kind of service does not have, a deprecated one beside its successor, or a value
    that another one beats (``WEB_CONCURRENCY`` beside ``--workers``). Nothing fails, and nothing
    happens either. Take it out, or write it where it counts.

    Source: https://render.com/docs/blueprint-spec, https://docs.gunicorn.org settings.
    """

    code = "BF413"
    slug = "platform-ignores"
    severity = Severity.WARNING


class UnknownKey(Rule):
    """A key that bootfit's reading of the platform's specification does not have.

    Render refuses keys that it does not know. Where a known one is near, it was probably meant and
    the finding is an error; else the platform may be newer than bootfit's reading, and it is a
    warning: ``--schema FILE`` asks the platform's own schema.

    Source: https://render.com/docs/blueprint-spec.
    """

    code = "BF414"
    slug = "unknown-key"
    severity = Severity.WARNING


class PreloadComesBack(Rule):
    """gunicorn runs with ``--preload`` though neither the command nor its file asks for it.

    Render sets ``GUNICORN_CMD_ARGS=--preload ...`` for Python services. The variable beats
    gunicorn.conf.py, and gunicorn has no option that takes it back. What the app imports then lies
    in the master as well, and connections or threads that it opens are shared with the workers.
    Set ``GUNICORN_CMD_ARGS`` yourself in the service's ``envVars``.

    Source: https://render.com/docs/environment-variables, https://docs.gunicorn.org settings.
    """

    code = "BF415"
    slug = "preload-comes-back"
    severity = Severity.NOTE


class FileContradictsMeasurement(Rule):
    """A setting in the project's own file is refuted by what was measured.

    More workers or threads than the memory holds (workers multiply the app and its plugins, threads
    what a request needs for a moment), or a timeout below the slowest boot or first request at the
    platform's share of a processor, in which gunicorn kills a sync worker. The finding itemises the
    need. It counts the implementations that the plan chose: richer ones need more. Take the plan's
    settings (``bootfit emit``), or a larger platform plan.

    Source: measured; the formula is in the explanation of memory.
    """

    code = "BF416"
    slug = "file-contradicts-measurement"
    severity = Severity.ERROR


class WithoutEffect(Rule):
    """A setting does nothing for what it is often set for.

    ``PYTHONUNBUFFERED=1`` changes when output is flushed, and no memory: 70 MiB and 173 at the peak
    with it, 70 and 170 without. ``PYTHONDONTWRITEBYTECODE=1`` saves no memory either, and makes
    every boot compile its modules again where no ``.pyc`` files lie: pandas took 1709 ms instead of
    302, and 11 MiB more. Keep it where you want what it really does.

    Source: measured, gunicorn 27 and Python 3.11; https://docs.python.org/3/using/cmdline.html.
    """

    code = "BF417"
    slug = "without-effect"
    severity = Severity.NOTE


class WorkersFromHost(Rule):
    """The number of workers is taken from the count of processors that the process sees.

    In a container ``os.cpu_count()``, ``multiprocessing.cpu_count()`` and ``nproc`` mostly answer
    for the host, not for the instance's share: 0.1 CPU on a machine of 32 makes 65 workers by the
    well-known formula. Write the number down, or take ``WEB_CONCURRENCY``, which the platform sets.

    Source: https://docs.gunicorn.org settings (workers); reported again and again, as for
    qodo-ai/pr-agent (#2550).
    """

    code = "BF418"
    slug = "workers-from-host"
    severity = Severity.WARNING


class SchemaViolation(Rule):
    """The file is not as the JSON Schema says that was given with ``--schema``.

    The message is the validator's, the place is where the value stands. Render publishes its
    schema at https://render.com/schema/render.yaml.json; it carries no licence, and so bootfit
    brings none.

    Source: the schema.
    """

    code = "BF419"
    slug = "schema-violation"
    severity = Severity.ERROR


RULES: tuple[type[Rule], ...] = (
    PlatformRefuses,
    PlatformIgnores,
    UnknownKey,
    PreloadComesBack,
    FileContradictsMeasurement,
    WithoutEffect,
    WorkersFromHost,
    SchemaViolation,
)
