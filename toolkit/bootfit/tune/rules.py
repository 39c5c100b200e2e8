"""Rules about plans (BF4xx)."""

from bootfit.model.finding import Rule, Severity


class NothingFits(Rule):
    """Not even the fallbacks fit in the platform's memory.

    One worker with one thread, and the last rung of every plugin, need more than the budget less
    its headroom. The finding itemises the prediction (master + workers x (app + plugins) +
    requests under way + overhead) and names the smallest plan of the same platform that would do.
    Mend it by importing less at boot, by lowering what a request needs, or by a larger plan.

    Source: the form follows the Cloud Foundry Java memory calculator, which refuses with
    "required memory X is greater than Y available".
    """

    code = "BF401"
    slug = "nothing-fits"
    severity = Severity.ERROR


class RungForbiddenByMemory(Rule):
    """A richer implementation is forbidden, because the app would not fit with it.

    (Or because it failed when it was loaded together with the others; the message says so.)

    The plan names the rung in ``BOOTFIT_FORBID``, so that the app serves the next one instead of
    being killed. Mend it with a larger plan, a lighter implementation, or by moving the plugin up
    in the declaration: plugins that are declared first get their rungs first.

    Source: containers are killed for anonymous and kernel memory; see the explanation of memory.
    """

    code = "BF402"
    slug = "rung-forbidden-by-memory"
    severity = Severity.WARNING


class SlowFirstUse(Rule):
    """The first use of an implementation, or the boot, takes long at the platform's CPU share.

    CPU seconds that were measured, divided by the share: at 0.1 CPU a pandas import of 0.4 s takes
    4 s. A request that waits longer than the platform's router does is lost (Heroku's gives up
    after 30 s), and a sync worker is killed at gunicorn's ``timeout``, which the plan therefore
    raises. Mend it with a lighter rung, by loading it when the app starts, or with more CPU.
    """

    code = "BF403"
    slug = "slow-first-use"
    severity = Severity.NOTE


class SettingDoesNotFit(Rule):
    """A server setting that the project fixed does not fit in the memory budget.

    Your setting is kept, since it is yours; the finding says what it needs, and what would fit.
    Workers multiply the app and its plugins, threads multiply what a request needs for a moment.
    Mend it by taking the setting out of ``[tool.bootfit.server]``, or by lowering it.
    """

    code = "BF404"
    slug = "setting-does-not-fit"
    severity = Severity.ERROR


class PlatformPreloads(Rule):
    """The platform adds ``--preload`` to gunicorn by itself.

    Render sets ``GUNICORN_CMD_ARGS=--preload ...``, which beats gunicorn.conf.py, and gunicorn has
    no ``--no-preload``. With one worker preloading saves nothing and keeps the app in the master
    as well. The plan replaces the variable; render.yaml carries it. Where you do not use
    render.yaml, set the variable in the dashboard.

    Source: https://render.com/docs/environment-variables, https://docs.gunicorn.org settings.
    """

    code = "BF405"
    slug = "platform-preloads"
    severity = Severity.NOTE


class TightFit(Rule):
    """The plan fits, with less than a quarter to spare.

    The prediction times 1.25 exceeds the memory budget: a larger request, a leak or a new version
    of a library can push the app over. Near its limit a process gets slow before it is killed,
    since the kernel drops the pages of its libraries first.

    Source: measured; scikit-learn runs well at 1.15 times its peak and dies at 1.03.
    """

    code = "BF407"
    slug = "tight-fit"
    severity = Severity.WARNING


class InterfaceNotServed(Rule):
    """The app is an ASGI app, and the plan's workers serve WSGI.

    gunicorn's ``sync`` and ``gthread`` workers, which bootfit plans for, cannot run it. The memory
    figures hold; the server files do not. Serve it with an ASGI server, or wrap it for WSGI.
    """

    code = "BF408"
    slug = "interface-not-served"
    severity = Severity.ERROR


#: A peak that was predicted from an allowance was seen up to 18 % higher.
ALLOWANCE_MAY_MISS = 1.25


class RequestsNotMeasured(Rule):
    """What answering requests needs is not measured for the plan's rungs.

    Exercises show what plugins need. What the app itself needs to answer (its database, its
    documents, what each thread's heap keeps) shows when a server answers its requests, which
    bootfit runs before it decides. Where that could not be done, the plan counts with what other
    rungs needed ("carried over"), or with an allowance made from the exercises alone, and the
    peak may lie above the prediction. Mend what kept the server from running, or plan without
    ``--measured``.

    A note where there is room for that, a warning where a quarter more would not fit.

    Source: measured; an app predicted at 174 MiB by its exercises took 182 with two threads and
    was 8 % above with four. Under a budget of 110 MiB it took 109 where 92 were predicted.
    """

    code = "BF410"
    slug = "requests-not-measured"
    severity = Severity.NOTE


class Leak(Rule):
    """A worker's memory at rest grows with the requests that it answers.

    Seen over some hundred requests: what a worker held between two rounds of them rose steadily in
    the later half. The plan bounds it: ``max_requests`` recycles a worker before the growth fills
    the budget, at the price of its imports. With ``max_requests = 0`` in ``[tool.bootfit.server]``
    nothing does, and the app is killed sooner or later. Mend it in the code: a list or a cache
    without bound, a session that is never closed.

    Source: https://docs.gunicorn.org settings, max_requests.
    """

    code = "BF411"
    slug = "leak"
    severity = Severity.WARNING


RULES: tuple[type[Rule], ...] = (
    NothingFits,
    RungForbiddenByMemory,
    SlowFirstUse,
    SettingDoesNotFit,
    PlatformPreloads,
    TightFit,
    InterfaceNotServed,
    RequestsNotMeasured,
    Leak,
)
