"""What `uv` says while it runs: which pages it reads, and which sdist it is about to unpack.

uv unpacks every sdist that it needs metadata of into its cache, as large as it may be: the log
tells before it begins, and then its run is ended and the sdist read here, which stores nothing.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from bootfit.requirements.page_formats import kind_and_version
from bootfit.requirements.resolver_answer import NeedsMetadata

#: The value of `RUST_LOG` that makes uv say what is listened for here.
LOG = "uv_client::cached_client=debug,uv_distribution=debug"
_LOGGED = re.compile(r"(?:TRACE|DEBUG|INFO|WARN) ")
#: "No cache entry for: https://host/simple/flask/".
_PAGE = re.compile(r"(?:TRACE|DEBUG|INFO) [^:]*: https?://\S+/([a-z0-9][a-z0-9._-]*)/\s*$")
#: The same of a file, as uv is about to ask for it: not all addresses end with its name.
_FILE = re.compile(
    r"(?:TRACE|DEBUG|INFO) [^:]*: https?://\S+/([^/?#\s]+\.(?:gz|zip|bz2|tgz|xz))\s*$"
)
#: As uv begins to unpack it.
_SDIST = re.compile(r"DEBUG Downloading source distribution: ([\w.-]+)==(\S+)\s*$")
#: What uv itself puts into the folder of its cache that holds sdists.
_ITS_OWN = {".git", ".gitignore"}


@dataclass(frozen=True)
class Heard:
    """What was said on stderr less the log, and the sdist at which the run was ended."""

    said: str
    sdist: NeedsMetadata | None = None


def listen(process: "subprocess.Popen[str]", heard: Callable[[str], None]) -> Heard:
    """Return what ``process`` says until it ends, which it is made to before it unpacks an sdist.

    Args:
        process: a run of uv with `LOG`.
        heard: told the name of each project whose index page is read, as it is read.
    """
    said: list[str] = []
    names: set[str] = set()
    for line in process.stderr or ():
        if sdist := _sdist_in(line) or _sdist_at(line, names):
            process.kill()
            return Heard("".join(said), sdist)
        if page := _PAGE.match(line):
            names.add(canonicalize_name(page[1]))
            heard(page[1])
        if not _LOGGED.match(line):
            said.append(line)
    return Heard("".join(said))


def forget_sdists(cache: Path) -> None:
    """Remove what `uv` has unpacked of sdists into ``cache``: a run that was ended leaves some.

    Other runs lose nothing by it: they are ended at their sdists as well.
    """
    for bucket in cache.glob("sdists-v*"):
        with suppress(OSError):
            for path in bucket.iterdir():
                if path.name in _ITS_OWN:
                    continue
                shutil.rmtree(path, ignore_errors=True)
                with suppress(OSError):
                    path.unlink()


def _sdist_in(line: str) -> NeedsMetadata | None:
    found = _SDIST.match(line)
    if found is None:
        return None
    try:
        return NeedsMetadata(canonicalize_name(found[1]), Version(found[2]))
    except InvalidVersion:
        return None


def _sdist_at(line: str, names: Collection[str]) -> NeedsMetadata | None:
    """Return the sdist of one of the projects ``names`` whose address ``line`` ends with."""
    file = _FILE.match(line)
    for name in sorted(names) if file else ():
        if file and (found := kind_and_version(unquote(file[1]), name)):
            return NeedsMetadata(canonicalize_name(name), found[1])
    return None
