"""What the resolver prints becomes an answer."""

import pytest
from packaging.version import Version

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UndeterminedError, UsageError
from bootfit.requirements.audit import conflict_finding
from bootfit.requirements.index import index_address
from bootfit.requirements.index_page import moment_of
from bootfit.requirements.page_formats import NotAPage, read_html_page, read_json_page
from bootfit.requirements.requirement_file import parse_entries
from bootfit.requirements.resolve import NeedsMetadata, NoSolution, Resolution, read_answer

CONFLICT = """error: No solution found when resolving dependencies
  cause: Because pandas==2.1.4 depends on numpy>=1.26.0,<2 and you require pandas==2.1.4,
         we can conclude that you require numpy>=1.26.0,<2.
         And because you require numpy==1.24.4, we can conclude that your requirements clash.

hint: something helpful
"""


def test_versions_and_who_wants_them():
    answer = read_answer(
        0, "flask==3.1.0\njinja2==3.1.6    # via flask, a-b\nz==1  # via -r x\n", ""
    )
    assert answer == Resolution(
        {"flask": Version("3.1.0"), "jinja2": Version("3.1.6"), "z": Version("1")},
        {"flask": (), "jinja2": ("flask", "a-b"), "z": ()},
    )


def test_a_conflict_is_cut_into_sentences():
    answer = read_answer(1, "", CONFLICT)
    assert isinstance(answer, NoSolution)
    assert answer.summary.startswith("Because pandas==2.1.4 depends on numpy>=1.26.0,<2")
    assert len(answer.reasons) == 3
    assert answer.reasons[2] == "something helpful"


def test_a_conflict_is_about_the_packages_and_not_the_words_of_its_prose():
    entries = list(parse_entries("pandas==2.1.4\nnumpy==1.24.4\nclash\nyour\nrequire\n", "r.txt"))
    answer = read_answer(1, "", CONFLICT)
    assert conflict_finding(answer, entries).subject == "numpy, pandas"
    assert conflict_finding(answer, entries[2:]).subject == "requirements"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("git+https://me:s3cret@h.test/x@v1", "git+https://****@h.test/x@v1"),
        ("-i https://tok@h.test/s", "-i https://****@h.test/s"),
        ("https://me:s3@cret@h.test/", "https://****@h.test/"),
        ("git+ssh://git@h.test/x", "git+ssh://git@h.test/x"),
        ("https://${USER}:${TOKEN}@h.test/", "https://${USER}:${TOKEN}@h.test/"),
        ("https://h.test/x@v1", "https://h.test/x@v1"),
    ],
)
def test_credentials_are_struck_out_and_nothing_else(text, shown):
    assert without_credentials(text) == shown


def test_a_failed_build_asks_for_metadata():
    errors = (
        "error: Failed to build `docopt==0.6.2`\n  cause: The build backend returned an error\n"
    )
    assert read_answer(1, "", errors) == NeedsMetadata("docopt", Version("0.6.2"))


@pytest.mark.parametrize(
    "errors",
    [
        "error: Request failed after 3 retries in 6.7s\n  cause: Failed to fetch: http://x.test/a/\n",
        "error: something new\n",
        "",
    ],
)
def test_everything_else_is_undetermined_in_one_line(errors):
    with pytest.raises(UndeterminedError) as caught:
        read_answer(2, "", errors)
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_credentials_are_kept_apart_and_never_shown():
    address = index_address("https://me:s%40cret@index.test:8443/simple")
    assert address.url == "https://index.test:8443/simple/"
    assert "cret" not in repr(address)
    assert address.with_credentials == "https://me:s%40cret@index.test:8443/simple/"
    assert without_credentials("at https://me:pw@x.test/ and") == "at https://****@x.test/ and"


@pytest.mark.parametrize("url", ["file:///x", "index.test/simple", "", "https://", "http://[x/"])
def test_an_index_is_http(url):
    with pytest.raises(UsageError):
        index_address(url)


def test_json_pages_are_read_with_all_they_know():
    body = (
        b'{"meta":{"api-version":"1.1"},"name":"a","files":['
        b'{"filename":"a-1.0-py3-none-any.whl","url":"../../f/a-1.0-py3-none-any.whl",'
        b'"hashes":{"sha256":"aa"},"yanked":"broken","size":7,"requires-python":">=3.8",'
        b'"upload-time":"2024-01-02T03:04:05.678901Z"},'
        b'{"filename":"a-1.0.exe","url":"x","hashes":{}},'
        b'{"filename":"a-0.9.tar.gz","url":"https://o.test/a-0.9.tar.gz","hashes":{}}]}'
    )
    wheel, sdist = read_json_page("a", body, "https://i.test/simple/a/")
    assert wheel.url == "https://i.test/f/a-1.0-py3-none-any.whl"
    assert (wheel.yanked, wheel.size_bytes, wheel.digests) == ("broken", 7, ("sha256:aa",))
    assert wheel.uploaded == moment_of("2024-01-02T03:04:05.678901+00:00")
    assert (sdist.kind, sdist.version, sdist.yanked) == ("sdist", Version("0.9"), None)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b'{"meta":{"api-version":"2.0"},"files":[]}', b'{"meta":', b"\xff"]
)
def test_json_that_is_no_page_is_refused(body):
    with pytest.raises(NotAPage):
        read_json_page("a", body, "https://i.test/")


def test_html_pages_are_read_and_web_pages_refused():
    html = (
        b'<html><body><a href="f/a-1.tar.gz#sha256=aa" data-requires-python="&gt;=3.8" '
        b'data-yanked="why">a-1.tar.gz</a></body></html>'
    )
    (file,) = read_html_page("a", html, "https://i.test/simple/a/", "utf-8")
    assert (file.url, file.requires_python, file.yanked) == (
        "https://i.test/simple/a/f/a-1.tar.gz",
        ">=3.8",
        "why",
    )
    assert read_html_page("a", b"<html><body></body></html>", "https://i.test/", "utf-8") == ()
    for body in (b"<html><form>log in</form></html>", b"<html><p>Oops</p></html>", b"hello", b""):
        with pytest.raises(NotAPage):
            read_html_page("a", body, "https://i.test/", "utf-8")


@pytest.mark.parametrize(
    ("kept", "told"),
    [(-3, "a tag"), ("</a>", "a link"), ("</body>", "its end tag"), (37, "a tag")],
)
def test_half_an_html_page_is_none(kept, told):
    links = "".join(f'<a href="a-{n}.tar.gz">a-{n}.tar.gz</a><br>\n' for n in range(3))
    html = f"<!DOCTYPE html><html><body>{links}</body></html>"
    assert len(read_html_page("a", html.encode(), "https://i.test/simple/a/", "utf-8")) == 3
    # What follows is optional, and whole as it is.
    assert read_html_page("a", links.encode(), "https://i.test/simple/a/", "utf-8")
    kept = html.rindex(kept) if isinstance(kept, str) else kept
    with pytest.raises(NotAPage, match=f"half a page.*{told}"):
        read_html_page("a", html[:kept].encode(), "https://i.test/simple/a/", "utf-8")


def test_a_date_means_the_end_of_that_day():
    assert moment_of("2026-01-31") == moment_of("2026-02-01T00:00:00Z")
    with pytest.raises(ValueError, match="yesterday"):
        moment_of("yesterday")


def test_a_time_that_is_none_spoils_nothing_else():
    body = (
        b'{"meta":{"api-version":"1.0"},"name":"a","files":['
        b'{"filename":"a-1-py3-none-any.whl","url":"a","hashes":{},"upload-time":"soon"},'
        b'{"filename":"a-2-py3-none-any.whl","url":"b","hashes":{},'
        b'"upload-time":"2024-01-02T03:04:05Z"}]}'
    )
    first, second = read_json_page("a", body, "https://index.test/simple/a/")
    assert first.uploaded is None
    assert second.uploaded == moment_of("2024-01-02T03:04:05+00:00")
