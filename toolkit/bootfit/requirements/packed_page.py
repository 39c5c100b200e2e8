"""The files of a project in a few bytes, by version: what is kept of an index page. Pure.

A page of the public index has up to 7 MB, of which a check needs one version. Packed, a page is a
quarter of that, and only the versions that are asked for are unpacked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

import msgspec
from packaging.utils import canonicalize_name

from bootfit.requirements.index_page import IndexFile, grouped
from bootfit.requirements.page_formats import kind_and_version


class NotPacked(ValueError):  # noqa: N818 - says what the bytes are, which is the whole error
    """The bytes are no packed page."""


class _Packed(msgspec.Struct, array_like=True, gc=False):
    filename: str
    url: str
    #: ``url`` stands without the file name, with which it ends.
    shortened: bool
    size_bytes: int | None
    requires_python: str
    yanked: str | None
    digests: tuple[str, ...]
    uploaded: datetime | None


_GROUPS = msgspec.msgpack.Decoder(dict[str, msgspec.Raw])
_GROUP = msgspec.msgpack.Decoder(list[_Packed])
_ENCODER = msgspec.msgpack.Encoder()


def pack_page(files: Iterable[IndexFile]) -> bytes:
    """Return ``files`` as bytes that `unpack_page` reads."""
    groups = {key: [_pack(file) for file in group] for key, group in grouped(files).items()}
    return _ENCODER.encode(groups)


def unpack_page(data: bytes) -> Mapping[str, msgspec.Raw]:
    """Return the versions of a packed page, each still packed.

    Raises:
        NotPacked: the bytes are not from `pack_page`.
    """
    try:
        return _GROUPS.decode(data)
    except msgspec.DecodeError as error:
        raise NotPacked(str(error)) from None


class PackedGroups(Mapping[str, tuple[IndexFile, ...]]):
    """The files of a packed page by canonical version: a version that was read stays in memory.

    The page itself does not, where ``load`` gets it from a disk: all pages of a check together
    have tens of megabytes.
    """

    def __init__(self, name: str, load: Callable[[], Mapping[str, msgspec.Raw]]) -> None:
        self._name = canonicalize_name(name)
        self._load = load
        self._read: dict[str, tuple[IndexFile, ...] | None] = {}

    def __getitem__(self, key: str) -> tuple[IndexFile, ...]:
        """Return the files of the version ``key``."""
        if key not in self._read:
            group = self._load().get(key)
            self._read[key] = None if group is None else _files(group, self._name)
        files = self._read[key]
        if files is None:
            raise KeyError(key)
        return files

    def __iter__(self) -> Iterator[str]:
        """Return the versions in the order of the page; all are read."""
        groups = self._load()
        for key, group in groups.items():
            if self._read.get(key) is None:
                self._read[key] = _files(group, self._name)
        return iter(list(groups))

    def __len__(self) -> int:
        """Return how many versions there are."""
        return len(self._load())


def _files(group: msgspec.Raw, name: str) -> tuple[IndexFile, ...]:
    found = (_unpack(packed, name) for packed in _GROUP.decode(group))
    return tuple(file for file in found if file is not None)


def _pack(file: IndexFile) -> _Packed:
    url = file.url.removesuffix(file.filename)
    return _Packed(
        file.filename,
        url,
        len(url) < len(file.url),
        file.size_bytes,
        file.requires_python,
        file.yanked,
        file.digests,
        file.uploaded,
    )


def _unpack(packed: _Packed, name: str) -> IndexFile | None:
    found = kind_and_version(packed.filename, name)
    if found is None:
        return None
    return IndexFile(
        filename=packed.filename,
        url=packed.url + packed.filename if packed.shortened else packed.url,
        kind=found[0],
        version=found[1],
        size_bytes=packed.size_bytes,
        requires_python=packed.requires_python,
        yanked=packed.yanked,
        digests=packed.digests,
        uploaded=packed.uploaded,
    )
