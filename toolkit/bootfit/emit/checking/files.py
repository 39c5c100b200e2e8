"""All the files of a project that its platform reads, checked together."""

from collections.abc import Iterator, Mapping

from bootfit.emit.checking.blueprint import PATH as BLUEPRINT
from bootfit.emit.checking.blueprint import check_blueprint
from bootfit.emit.checking.procfile import PATH as PROCFILE
from bootfit.emit.checking.procfile import check_procfile
from bootfit.emit.checking.servers import CONFIGURATION, check_servers
from bootfit.model.finding import Finding
from bootfit.model.platform import Platform

#: The files that are looked at, relative to the project.
READ = (BLUEPRINT, CONFIGURATION, PROCFILE)


def check_files(texts: Mapping[str, str], platform: Platform) -> Iterator[Finding]:
    """Yield what is wrong with the platform's files in ``texts`` (path → text).

    A render.yaml is looked at where the platform is one of Render's. Nothing is run.
    """
    if platform.family == "render" and BLUEPRINT in texts:
        yield from check_blueprint(texts[BLUEPRINT])
    if PROCFILE in texts:
        yield from check_procfile(texts[PROCFILE])
    yield from check_servers(texts, platform)
