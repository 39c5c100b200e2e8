"""Index pages as indexes send them: JSON (PEP 691, 700) and HTML (PEP 503). Pure.

JSON is decoded here rather than by `pypi_simple`, which takes ten times as long: pages of 15,000
files are common, and a check reads some hundred pages.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from bootfit.requirements.index_page import FileKind, IndexFile


class NotAPage(ValueError):  # noqa: N818 - says what the bytes are, which is the whole error
    """The bytes are no index page; the text says what they are instead."""


class _File(msgspec.Struct, rename="kebab", gc=False):
    filename: str
    url: str
    hashes: dict[str, str] = {}
    requires_python: str | None = None
    yanked: bool | str = False
    size: int | None = None
    upload_time: datetime | None = None


class _LooseFile(_File, rename="kebab", gc=False):
    """A file on a page where a time is written otherwise: that alone is no reason to refuse it."""

    upload_time: Any = None


class _Meta(msgspec.Struct, rename="kebab"):
    api_version: Annotated[str, msgspec.Meta(pattern=r"^1(\.|$)")]


class _Page(msgspec.Struct):
    meta: _Meta
    files: list[_File]


class _LoosePage(msgspec.Struct):
    meta: _Meta
    files: list[_LooseFile]


_DECODER = msgspec.json.Decoder(_Page)
_LOOSE_DECODER = msgspec.json.Decoder(_LoosePage)


def read_json_page(name: str, body: bytes | bytearray, base_url: str) -> tuple[IndexFile, ...]:
    """Return the files on a JSON page of project ``name`` that was fetched from ``base_url``.

    Raises:
        NotAPage: it is not JSON, or not of version 1 of the format.
    """
    try:
        page = _decoded(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotAPage(f"JSON that is no index page: {error}") from None
    base = base_url.rpartition("/")[0] + "/"
    return tuple(_index_files(canonicalize_name(name), page.files, base))


def read_html_page(
    name: str, body: bytes | bytearray, base_url: str, encoding: str
) -> tuple[IndexFile, ...]:
    """Return the files on an HTML page of project ``name`` that was fetched from ``base_url``.

    Raises:
        NotAPage: it is something else: a login form, an error page, half a page, no HTML at all.
    """
    from pypi_simple import ProjectPage

    if half := _cut_short(body):
        raise NotAPage(half)
    try:
        page = ProjectPage.from_html(name, body.decode(encoding), base_url)
    except Exception as error:  # noqa: BLE001 - a stranger's bytes may break the parser anyhow
        raise NotAPage(f"no HTML that can be read ({type(error).__name__})") from None
    files = []
    project = canonicalize_name(name)
    for package in page.packages:
        found = kind_and_version(package.filename, project)
        if found is None:
            continue
        files.append(
            IndexFile(
                filename=package.filename,
                url=package.url,
                kind=found[0],
                version=found[1],
                requires_python=package.requires_python or "",
                yanked=(package.yanked_reason or "") if package.is_yanked else None,
                digests=tuple(f"{k}:{v}".lower() for k, v in package.digests.items()),
            )
        )
    if not files and not _looks_like_index(body):
        raise NotAPage("a web page, not an index page")
    return tuple(files)


def kind_and_version(filename: str, name: str) -> tuple[FileKind, Version] | None:
    """Return what a file name says, or None for what is neither a wheel nor an sdist of a project.

    Both start with the name of the project. An sdist's has as many dashes as its maker liked, and
    so may its version have (``cffi-1.0.2-2`` is 1.0.2.post2), so it is read as installers do:
    what follows the project's name, however that is spelled (PEP 503, PEP 625).

    Args:
        filename: the name of the file.
        name: the normalized name of the project.
    """
    if filename.endswith(".whl"):
        parts = filename[:-4].split("-")
        if len(parts) not in {5, 6} or not _spells(parts[0], name):
            return None
        version = _version(parts[1])
        return ("wheel", version) if version else None
    for suffix in (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz"):
        if filename.endswith(suffix):
            version = _version(_after_name(filename.removesuffix(suffix), name))
            return ("sdist", version) if version else None
    return None


def _after_name(stem: str, name: str) -> str:
    """Return what follows the project's name and a dash; "" where ``stem`` begins otherwise."""
    at = len(name)
    while (at := stem.find("-", at)) >= 0:
        if _spells(stem[:at], name):
            return stem[at + 1 :]
        at += 1
    return ""


@lru_cache(maxsize=4096)
def _spells(text: str, name: str) -> bool:
    return canonicalize_name(text) == name


def _decoded(body: bytes | bytearray) -> _Page | _LoosePage:
    try:
        return _DECODER.decode(body)
    except msgspec.ValidationError:
        return _LOOSE_DECODER.decode(body)


def _index_files(name: str, files: Iterable[_File], base: str) -> Iterator[IndexFile]:
    from urllib.parse import urljoin

    for file in files:
        found = kind_and_version(file.filename, name)
        if found is None:
            continue
        url = file.url
        if not url.startswith(("https://", "http://")):
            try:
                url = urljoin(base, url)
            except ValueError:  # no address: the file cannot be had
                continue
        yield IndexFile(
            filename=file.filename,
            url=url,
            kind=found[0],
            version=found[1],
            size_bytes=file.size,
            requires_python=file.requires_python or "",
            yanked=None if file.yanked is False else "" if file.yanked is True else file.yanked,
            digests=tuple([f"{k}:{v}" for k, v in file.hashes.items()]),
            uploaded=moment_or_none(file.upload_time),
        )


def moment_or_none(text: object) -> datetime | None:
    """Return the moment that an RFC 3339 time means; None for anything else."""
    if isinstance(text, datetime):
        return text if text.tzinfo else None
    try:
        moment = msgspec.convert(text, datetime | None)
    except msgspec.ValidationError:
        return None
    return moment if moment and moment.tzinfo else None


@lru_cache(maxsize=4096)
def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _cut_short(body: bytes | bytearray) -> str:
    """Return why the page is not whole; "" where it may be.

    A server that tells no length ends its answer by hanging up, and may do so in the middle.
    """
    end = bytes(body[-(1 << 16) :]).lower()
    whole = end.rstrip().endswith((b"</html>", b"</body>"))
    if whole or b"<" not in end:
        return ""
    if end.rfind(b"<") > end.rfind(b">"):
        return "half a page: it ends in the middle of a tag"
    if end.rfind(b"<a ") > end.rfind(b"</a"):
        return "half a page: it ends in the middle of a link"
    opened = b"<html" in body[: 1 << 12].lower()
    return "half a page: it ends before its end tag" if opened and b"</html" not in end else ""


def _looks_like_index(body: bytes | bytearray) -> bool:
    """An index page without files has no text for people; PEP 629 gives it a version."""
    lower = body[:65536].lower()
    if b"pypi:repository-version" in lower:
        return True
    return b"<html" in lower and not any(
        tag in lower for tag in (b"<form", b"<script", b"<p", b"<a ")
    )
