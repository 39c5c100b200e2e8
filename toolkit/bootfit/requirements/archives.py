"""Reading a few members of archives on an index, without storing or running anything.

Tar files are read as a stream, and reading stops when enough is known; zip files and wheels are
read by HTTP range. Sizes are capped, compressed and expanded: an archive that is larger than any
sound one is reported, not unpacked.
"""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from bootfit.requirements.archive_ranges import RangeFile, UnreadableArchive
from bootfit.requirements.index import Index
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.member_paths import shown, unsafe_link, unsafe_path

__all__ = ["Members", "UnreadableArchive", "expanded_bytes", "read_members"]

#: Read at most this much of a tar file as it is sent, and as it expands.
MAX_COMPRESSED_BYTES = 512 * 1024 * 1024
MAX_EXPANDED_BYTES = 1024 * 1024 * 1024
#: Metadata is text of kilobytes; nothing larger is kept.
MAX_MEMBER_BYTES = 4 * 1024 * 1024
MAX_MEMBERS = 100_000
#: `xz -9` needs 65 MiB to expand.
MAX_DICTIONARY_BYTES = 128 * 1024 * 1024
#: The largest wheels known expand to some gigabytes.
MAX_INSTALLED_BYTES = 1024 * 1024 * 1024 * 1024
#: A long name, or what a PAX header says of one member: of sound archives, some hundred bytes.
MAX_HEADER_BYTES = 1024 * 1024
#: All such headers of one archive together: they are kept in memory.
MAX_HEADERS_BYTES = 16 * 1024 * 1024
_HEADERS_IN_ROW = 16
_BLOCK = 64 * 1024


@dataclass
class Members:
    """What was read of an archive: names in order, and the text of those that were wanted."""

    names: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    #: Why an installer would not unpack it; "" where nothing says so.
    unsafe: str = ""


def read_members(
    index: Index,
    file: IndexFile,
    wanted: Callable[[str], bool],
    enough: Callable[[Members], bool],
) -> Members:
    """Return the members of ``file`` for which ``wanted(name)``, until ``enough(members)``.

    Raises:
        UnreadableArchive: the file is broken or too large.
        UndeterminedError: the index does not answer.
    """
    if file.filename.endswith((".zip", ".whl")):
        return _read_zip(index, file, wanted)
    return _read_tar(index, file, wanted, enough)


def _read_tar(
    index: Index, file: IndexFile, wanted: Callable[[str], bool], enough: Callable[[Members], bool]
) -> Members:
    members = Members()
    with index.stream(file.url) as (_, chunks):
        source = _Capped(chunks)
        try:
            # Apart from tarfile, which takes a cut archive for a whole one.
            expanded = _Expanded(_decompressed(cast("IO[bytes]", source), file.filename))
            with tarfile.open(
                fileobj=expanded, mode="r|", bufsize=_BLOCK, tarinfo=_careful_headers()
            ) as tar:
                if not _collect(tar, members, wanted, enough):
                    _read_to_end(expanded)
        except _BROKEN as error:
            from requests import RequestException

            if isinstance(error, RequestException):
                raise
            reason = str(error) or "it ends too early"
            raise UnreadableArchive(f"it is no sound tar file: {reason}") from None
    return members


#: What reading a stranger's bytes may raise.
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,
)


def _decompressed(source: IO[bytes], filename: str) -> io.BufferedIOBase:
    if filename.endswith(".bz2"):
        return bz2.BZ2File(source, "rb")
    if filename.endswith(".xz"):
        return io.BufferedReader(_Xz(source), _BLOCK)
    return gzip.GzipFile(fileobj=source, mode="rb")


class _Xz(io.RawIOBase):
    """An xz or lzma stream; `lzma.LZMAFile` gives it as much memory as its header asks for."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._decoder = lzma.LZMADecompressor(memlimit=MAX_DICTIONARY_BYTES)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while True:
            if self._decoder.eof:
                # Another stream may follow, and zeros between the two.
                self._rest = (self._decoder.unused_data or self._source.read(_BLOCK)).lstrip(b"\0")
                if not self._rest:
                    return 0
                self._decoder = lzma.LZMADecompressor(memlimit=MAX_DICTIONARY_BYTES)
            elif self._decoder.needs_input and not self._rest:
                self._rest = self._source.read(_BLOCK)
                if not self._rest:
                    raise EOFError("it ends too early")
            data = self._decoder.decompress(self._rest, max_length=len(buffer))
            self._rest = b""
            if data:
                buffer[: len(data)] = data
                return len(data)


class _Expanded(io.RawIOBase):
    """An expanded stream that ends with an error where it is larger than any sound archive."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._read = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(_BLOCK if size < 0 else size)
        self._read += len(data)
        if self._read > MAX_EXPANDED_BYTES:
            raise UnreadableArchive(f"it expands to more than {MAX_EXPANDED_BYTES // 2**20} MiB")
        return data


def _careful_headers() -> type[tarfile.TarInfo]:
    """Return the header class for one archive: tarfile reads any length of them into memory."""
    kept = 0
    in_row = 0

    class Careful(tarfile.TarInfo):
        @classmethod
        def frombuf(cls, *args: Any, **known: Any) -> "Careful":
            nonlocal kept, in_row
            header = super().frombuf(*args, **known)
            if header.type == tarfile.GNUTYPE_SPARSE:
                raise UnreadableArchive("it has members with holes, which no sdist has")
            if header.type not in _OF_NEXT:
                in_row = 0
                return header
            kept += header.size
            in_row += 1
            if header.size > MAX_HEADER_BYTES or kept > MAX_HEADERS_BYTES:
                raise UnreadableArchive(f"a header of it has {header.size} bytes")
            if in_row > _HEADERS_IN_ROW:
                raise UnreadableArchive("it has nothing but headers")
            return header

        def _proc_gnusparse_10(self, *_: object) -> None:
            raise UnreadableArchive("it has members with holes, which no sdist has")

    return Careful


#: Headers that say something of the member that follows.
_OF_NEXT = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
}


def _collect(
    tar: tarfile.TarFile,
    members: Members,
    wanted: Callable[[str], bool],
    enough: Callable[[Members], bool],
) -> bool:
    """Fill ``members``; return whether it was enough before the end."""
    for member in tar:
        name = member.name.removeprefix("./")
        members.names.append(name)
        members.unsafe = members.unsafe or _unsafe(member)
        if member.offset_data + member.size > MAX_EXPANDED_BYTES:
            raise UnreadableArchive(f"it expands to more than {MAX_EXPANDED_BYTES // 2**20} MiB")
        if len(members.names) > MAX_MEMBERS:
            raise UnreadableArchive(f"it has more than {MAX_MEMBERS} members")
        if member.isfile() and wanted(name):
            if member.size > MAX_MEMBER_BYTES:
                raise UnreadableArchive(f"its {member.name} is no text of metadata")
            content = tar.extractfile(member)
            data = content.read(MAX_MEMBER_BYTES) if content else b""
            members.texts[name] = data.decode("utf-8", "replace")
        if enough(members):
            return True
    return False


def _unsafe(member: tarfile.TarInfo) -> str:
    """Return why an installer refuses the archive with ``member``; "" where it does not."""
    if member.issym() or member.islnk():
        return unsafe_link(member.name, member.linkname, from_top=member.islnk())
    if not (member.isfile() or member.isdir()):
        return f"its member {shown(member.name)} is a device or a pipe"
    return unsafe_path(member.name)


def _read_to_end(expanded: io.RawIOBase) -> None:
    """Read what follows the last member: padding, and the check sum that proves it whole."""
    rest = 0
    while block := expanded.read(_BLOCK):
        rest += len(block)
        if rest > MAX_MEMBER_BYTES:
            raise UnreadableArchive("much data follows its end")


class _Capped(io.RawIOBase):
    """Chunks as a file that refuses to go on for ever."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""
        self._read = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        parts = [self._rest]
        have = len(self._rest)
        while size < 0 or have < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            self._read += len(chunk)
            if self._read > MAX_COMPRESSED_BYTES:
                raise UnreadableArchive(f"it has more than {MAX_COMPRESSED_BYTES // 2**20} MiB")
            parts.append(chunk)
            have += len(chunk)
        data = b"".join(parts)
        if size < 0:
            size = len(data)
        self._rest = data[size:]
        return data[:size]


def _read_zip(index: Index, file: IndexFile, wanted: Callable[[str], bool]) -> Members:
    members = Members()
    try:
        # A wheel is only asked what it tells for a small part of its size.
        source = RangeFile(index, file, whole=file.kind == "sdist")
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                members.names.append(info.filename)
                members.unsafe = members.unsafe or unsafe_path(info.filename)
                if not info.is_dir() and wanted(info.filename):
                    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                        # Those expand without a limit.
                        raise UnreadableArchive(f"its {info.filename} is compressed unusually")
                    with archive.open(info) as content:
                        data = content.read(MAX_MEMBER_BYTES + 1)
                    if len(data) > MAX_MEMBER_BYTES:
                        raise UnreadableArchive(f"its {info.filename} is no text of metadata")
                    members.texts[info.filename] = data.decode("utf-8", "replace")
    except _BROKEN as error:
        raise UnreadableArchive(f"it is no sound zip file: {error}") from None
    return members


def expanded_bytes(index: Index, file: IndexFile) -> int:
    """Return what the members of a zip file or wheel say they expand to; none is read.

    Raises:
        UnreadableArchive: the file is broken, or says more than any sound one has.
        UndeterminedError: the index does not answer, or does not serve parts of files.
    """
    try:
        with zipfile.ZipFile(RangeFile(index, file)) as archive:
            total = sum(info.file_size for info in archive.infolist())
    except _BROKEN as error:
        raise UnreadableArchive(f"it is no sound zip file: {error}") from None
    if total > MAX_INSTALLED_BYTES:
        raise UnreadableArchive(f"it expands to more than {MAX_INSTALLED_BYTES // 2**30} GiB")
    return total
