"""Reading parts of a file on an index: as little of it as an answer needs, kept in memory alone."""

import io
from collections.abc import Iterator
from http import HTTPStatus

from bootfit.requirements.index import Index, IndexUnreachableError
from bootfit.requirements.index_page import IndexFile

#: What is read of a file in one piece where nothing else can be had; it is held in memory.
MAX_WHOLE_BYTES = 64 * 1024 * 1024
_BLOCK = 64 * 1024


class UnreadableArchive(Exception):  # noqa: N818 - a finding, not an error of ours
    """The archive is cut short, is none, or is larger than it may be; the text says which."""


class RangeFile(io.RawIOBase):
    """A file on the index that is fetched in blocks, as they are needed.

    Where the index serves no parts of files, it is fetched whole, if ``whole`` allows that and it
    is no larger than `MAX_WHOLE_BYTES`.

    Raises:
        UnreadableArchive: it is too large, or its directory leads astray.
        UndeterminedError: the index does not answer, or serves no parts where it must.
    """

    def __init__(self, index: Index, file: IndexFile, *, whole: bool = False) -> None:
        self._index = index
        self._url = file.url
        self._blocks: dict[int, bytes] = {}
        self._position = 0
        self._size, tail = _tail(index, file.url, whole=whole)
        self._tail_start = self._size - len(tail)
        self._tail = tail

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return where reading goes on."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there and return the new position."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(base + offset, 0)
        return self._position

    def read(self, size: int = -1) -> bytes:
        """Return at most ``size`` bytes, fetched where they are not known."""
        end = self._size if size < 0 else min(self._position + size, self._size)
        if self._position >= end:
            return b""
        data = self._bytes(self._position, end)
        self._position += len(data)
        return data

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read into ``buffer`` and return how many bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _bytes(self, start: int, end: int) -> bytes:
        if start >= self._tail_start:
            return self._tail[start - self._tail_start : end - self._tail_start]
        first, last = start // _BLOCK, (end - 1) // _BLOCK
        if any(number not in self._blocks for number in range(first, last + 1)):
            if (last - first + 1 + len(self._blocks)) * _BLOCK > 32 * 1024 * 1024:
                raise UnreadableArchive("its directory points into more data than metadata has")
            data = _range(self._index, self._url, first * _BLOCK, (last + 1) * _BLOCK - 1)
            for number in range(first, last + 1):
                at = (number - first) * _BLOCK
                self._blocks[number] = data[at : at + _BLOCK]
        whole = b"".join(self._blocks[number] for number in range(first, last + 1))
        return whole[start - first * _BLOCK : end - first * _BLOCK]


def _tail(index: Index, url: str, *, whole: bool) -> tuple[int, bytes]:
    """Return the size of the file and its last block, or all of it where it comes whole."""
    with index.stream(url, first=-_BLOCK) as (response, chunks):
        if response.status_code == HTTPStatus.PARTIAL_CONTENT:
            total = response.headers.get("Content-Range", "").rpartition("/")[2]
            if total.isdigit():
                return int(total), _at_most(chunks, _BLOCK)
        elif whole:
            data = _at_most(chunks, MAX_WHOLE_BYTES + 1)
            if len(data) > MAX_WHOLE_BYTES:
                raise UnreadableArchive(
                    f"it has more than {MAX_WHOLE_BYTES // 2**20} MiB, and the index does not "
                    "serve parts of files"
                )
            return len(data), data
    raise IndexUnreachableError("the index does not serve parts of files")


def _range(index: Index, url: str, first: int, last: int) -> bytes:
    with index.stream(url, first=first, last=last) as (response, chunks):
        if response.status_code != HTTPStatus.PARTIAL_CONTENT:
            raise IndexUnreachableError("the index does not serve parts of files")
        return _at_most(chunks, last - first + 1)


def _at_most(chunks: Iterator[bytes], size: int) -> bytes:
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) >= size:
            break
    return bytes(data[:size])
