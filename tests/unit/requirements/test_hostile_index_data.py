"""What an index sends may be made to harm whoever reads it."""

import bz2
import gzip
import io
import json
import lzma
import resource
import tarfile
import zipfile
import zlib
from contextlib import contextmanager

import pytest
import requests

from bootfit.model.errors import UndeterminedError
from bootfit.requirements import archives
from bootfit.requirements.archives import UnreadableArchive, read_members
from bootfit.requirements.index import Index, index_address
from bootfit.requirements.index_page import IndexFile
from bootfit.requirements.page_formats import kind_and_version, read_json_page


class HeldFile:
    """An index that has one file."""

    def __init__(self, data):
        self.data = data

    @contextmanager
    def stream(self, _url, *, first=None, last=None):
        response = requests.Response()
        if first is None:
            yield response, iter([self.data])
            return
        start = max(len(self.data) + first, 0) if first < 0 else first
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-/{len(self.data)}"
        yield response, iter([self.data[start : None if last is None else last + 1]])


def read(data, name="a-1.0.tar.gz"):
    kind, version = kind_and_version(name, "a")
    file = IndexFile(filename=name, url="https://index.test/x", kind=kind, version=version)
    return read_members(HeldFile(data), file, lambda _: True, lambda _: False)


def header(kind, size):
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [b"L", b"K", b"x", b"g"])
def test_a_header_of_many_megabytes_is_not_read(kind):
    size = 64 * 1024**2
    data = gzip.compress(header(kind, size) + bytes(size) + header(b"0", 0) + bytes(1024), 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableArchive, match="a header of it"):
        read(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


def test_headers_in_a_row_have_an_end():
    with pytest.raises(UnreadableArchive, match="nothing but headers"):
        read(gzip.compress((header(b"L", 512) + b"n" * 512) * 2000))


def test_members_with_holes_are_refused():
    with pytest.raises(UnreadableArchive, match="holes"):
        read(gzip.compress(header(b"S", 0) + bytes(1024)))


@pytest.mark.parametrize(("suffix", "codec"), [("gz", gzip), ("bz2", bz2), ("xz", lzma)])
def test_the_expanded_stream_is_capped_before_a_member_ends(suffix, codec, monkeypatch):
    monkeypatch.setattr(archives, "MAX_EXPANDED_BYTES", 2**18)
    with pytest.raises(UnreadableArchive, match="expands to more"):
        read(codec.compress(header(b"L", 900_000) + bytes(500_000)), f"a-1.0.tar.{suffix}")


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz"])
def test_a_sound_archive_with_a_long_name_is_read(suffix):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=f"w:{suffix}") as tar:
        info = tarfile.TarInfo("a-1.0/" + "n" * 300)
        info.size = 2
        tar.addfile(info, io.BytesIO(b"ok"))
    assert read(buffer.getvalue(), f"a-1.0.tar.{suffix}").texts == {info.name: "ok"}


def zip_of(name, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        archive.writestr(name, "text")
    return buffer.getvalue()


def test_a_member_name_that_is_no_utf_8():
    data = zip_of("a-1.0/\u00e9").replace("\u00e9".encode(), b"\xff\xff")
    with pytest.raises(UnreadableArchive, match="no sound zip"):
        read(data, "a-1.0.zip")


def test_zip_members_that_expand_without_limit_are_refused():
    with pytest.raises(UnreadableArchive, match="unusually"):
        read(zip_of("a-1.0/PKG-INFO", zipfile.ZIP_LZMA), "a-1.0.zip")


def test_lzma_data_that_is_broken():
    with pytest.raises(UnreadableArchive, match="no sound tar"):
        read(b"\xfd7zXZ\x00 and nonsense" * 9, "a-1.0.tar.xz")


def xz_that_wants(dictionary):
    """Return a xz stream, sound but for the size of its dictionary: 2 ** ``dictionary``."""
    data = bytearray(lzma.compress(b"x" * 1000))
    # Stream header of 12 bytes; block header: size, flags, filter, length of properties, property.
    size = (data[12] + 1) * 4
    assert data[14:16] == b"\x21\x01"
    data[16] = 2 * (dictionary - 12)
    data[12 + size - 4 : 12 + size] = zlib.crc32(data[12 : 12 + size - 4]).to_bytes(4, "little")
    return bytes(data)


def test_the_largest_sdist_that_is_known_is_read():
    # pyspark, which has no wheels, has 434 MB.
    assert archives.MAX_COMPRESSED_BYTES > 434_000_000


def test_a_dictionary_that_would_fill_the_memory_is_refused():
    legacy = bytearray(lzma.compress(b"x" * 1000, lzma.FORMAT_ALONE))
    legacy[1:5] = (3 * 2**29).to_bytes(4, "little")
    for data in (xz_that_wants(30), bytes(legacy)):
        with pytest.raises(UnreadableArchive, match=r"[Mm]emory"):
            read(data, "a-1.0.tar.xz")
    # The same stream with a dictionary as xz -9 makes it: it expands, and is no tar file.
    with pytest.raises(UnreadableArchive, match="header"):
        read(xz_that_wants(26), "a-1.0.tar.xz")


def test_xz_streams_in_a_row_are_one_archive():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        info = tarfile.TarInfo("a-1.0/PKG-INFO")
        info.size = 2
        tar.addfile(info, io.BytesIO(b"ok"))
    plain = buffer.getvalue()
    halves = lzma.compress(plain[:700]) + bytes(8) + lzma.compress(plain[700:])
    assert read(halves, "a-1.0.tar.xz").texts == {"a-1.0/PKG-INFO": "ok"}
    with pytest.raises(UnreadableArchive, match=r"too early|unexpected end"):
        read(lzma.compress(plain)[:-40], "a-1.0.tar.xz")


def test_a_file_whose_address_is_none_is_passed_over():
    files = [
        {"filename": "a-1.0.tar.gz", "url": "//[x/y", "hashes": {}},
        {"filename": "a-2.0.tar.gz", "url": "a-2.0.tar.gz", "hashes": {}},
    ]
    body = json.dumps({"meta": {"api-version": "1.0"}, "name": "a", "files": files}).encode()
    found = read_json_page("a", body, "https://index.test/simple/a/")
    assert [file.url for file in found] == ["https://index.test/simple/a/a-2.0.tar.gz"]


def test_an_address_that_is_none_is_one_line():
    addresses = (index_address("https://me:pw@index.test/simple"),)
    with (
        Index(addresses, timeout_seconds=1) as index,
        pytest.raises(UndeterminedError) as caught,
        index.stream("https://[x/"),
    ):
        pass
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "kind", "link", "told"),
    [
        ("a-1.0/x", tarfile.REGTYPE, "", ""),
        ("a-1.0/../a-1.0/x", tarfile.REGTYPE, "", ""),
        ("a-1.0/docs/x", tarfile.SYMTYPE, "../README", ""),
        ("a-1.0/x", tarfile.LNKTYPE, "a-1.0/y", ""),
        ("../x", tarfile.REGTYPE, "", "leads out of it"),
        ("a-1.0/../../x", tarfile.REGTYPE, "", "leads out of it"),
        ("/etc/x", tarfile.REGTYPE, "", "absolute path"),
        ("C:/x", tarfile.REGTYPE, "", "absolute path"),
        ("a-1.0/PKG-INFO", tarfile.SYMTYPE, "/etc/passwd", "is a link to /etc/passwd"),
        ("a-1.0/x", tarfile.SYMTYPE, "../../x", "is a link to"),
        ("a-1.0/x", tarfile.LNKTYPE, "../x", "is a link to"),
        ("a-1.0/x", tarfile.FIFOTYPE, "", "a device or a pipe"),
        ("a-1.0/x", tarfile.CHRTYPE, "", "a device or a pipe"),
    ],
)
def test_members_that_would_be_written_elsewhere(name, kind, link, told):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, link
        tar.addfile(info)
    unsafe = read(buffer.getvalue()).unsafe
    assert told in unsafe
    assert bool(unsafe) == bool(told)


def test_members_of_a_zip_that_would_be_written_elsewhere():
    assert "leads out of it" in read(zip_of("a-1.0/../../x"), "a-1.0.zip").unsafe
    assert read(zip_of("a-1.0/x"), "a-1.0.zip").unsafe == ""
