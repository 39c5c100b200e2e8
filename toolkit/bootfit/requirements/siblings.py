"""Distributions that are established in the place of one that does not install.

A sibling is named only where its documentation, or that of the one it stands for, says so, and
where the index has a wheel of it for the target.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from packaging.version import Version

from bootfit.model.finding import Finding
from bootfit.model.platform import Target
from bootfit.requirements.index_page import ProjectFiles
from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.rules import (
    FromSdist,
    NeedsCompiler,
    NeedsRust,
    NoSuchVersion,
    RefusesBuild,
    RequiresPython,
    SlowBuild,
    UnreadableSdist,
)
from bootfit.requirements.wheel_match import offers_wheel

_CODES = {
    rule.code
    for rule in (
        FromSdist,
        NeedsCompiler,
        NeedsRust,
        NoSuchVersion,
        RefusesBuild,
        RequiresPython,
        SlowBuild,
        UnreadableSdist,
    )
}


@dataclass(frozen=True)
class Sibling:
    """What to require instead."""

    name: str
    #: What changes for the app; "" where nothing does.
    caveat: str
    #: Where it is said.
    source: str


#: By the normalized name of what does not install.
SIBLINGS = {
    "psycopg2": Sibling(
        "psycopg2-binary",
        "the same module with its own libpq; for production its authors advise the source build",
        "https://www.psycopg.org/docs/install.html",
    ),
    "pysqlite3": Sibling(
        "pysqlite3-binary",
        "the same module with SQLite inside",
        "https://github.com/coleifer/pysqlite3",
    ),
    "uwsgi": Sibling(
        "pyuwsgi",
        "the same server, without SSL",
        "https://github.com/lincolnloop/pyuwsgi-wheels",
    ),
    "sklearn": Sibling("scikit-learn", "", "https://github.com/scikit-learn/sklearn-pypi-package"),
    "tensorflow-gpu": Sibling("tensorflow", "", "the setup.py of tensorflow-gpu 2.12.0"),
    "pytorch": Sibling("torch", "", "the setup.py of pytorch 1.0.2"),
    "beautifulsoup": Sibling(
        "beautifulsoup4",
        "the module is then called bs4",
        "https://www.crummy.com/software/BeautifulSoup/bs4/doc/",
    ),
    "pil": Sibling("pillow", "", "https://pillow.readthedocs.io/"),
    "pycrypto": Sibling(
        "pycryptodome",
        "an almost drop-in replacement",
        "https://www.pycryptodome.org/src/introduction",
    ),
    "cx-oracle": Sibling(
        "oracledb",
        "its renamed successor: the module is then called oracledb",
        "https://python-oracledb.readthedocs.io/en/stable/user_guide/appendix_c.html",
    ),
    "fbprophet": Sibling(
        "prophet",
        "its new name: the module is then called prophet",
        "https://facebook.github.io/prophet/docs/installation.html",
    ),
}


def with_siblings(inquiry: Inquiry, findings: Sequence[Finding]) -> list[Finding]:
    """Return ``findings``; those about a distribution with a sibling that installs name it.

    Raises:
        UndeterminedError: the index does not answer.
    """
    wanted = {f.subject for f in findings if f.code in _CODES and f.subject in SIBLINGS}
    if not wanted:
        return list(findings)
    pages = inquiry.index.pages(SIBLINGS[name].name for name in wanted)
    pins = {name: str(e.requirement.specifier) for name, e in inquiry.directs().items()}
    told = {}
    for name in wanted:
        sibling = SIBLINGS[name]
        pin = pins.get(name, "").removeprefix("==")
        if version := _version(pages[sibling.name], pin, inquiry.target):
            caveat = f": {sibling.caveat}" if sibling.caveat else ""
            told[name] = f"{sibling.name}=={version} has a wheel{caveat} ({sibling.source})"
    return [
        replace(f, remedy="; ".join(part for part in (told[f.subject], f.remedy) if part))
        if f.code in _CODES and f.subject in told
        else f
        for f in findings
    ]


def _version(page: ProjectFiles, pin: str, target: Target) -> Version | None:
    """Return the pinned version where the sibling has it, else its newest that installs."""
    usable = [
        version
        for version, files in page.by_version().items()
        if not version.is_prerelease and offers_wheel(files, target)
    ]
    same = [version for version in usable if str(version) == pin]
    return next(iter(same), max(usable, default=None))
