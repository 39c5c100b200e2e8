"""The line format of requirement files."""

import pytest

from bootfit.model.errors import UsageError
from bootfit.model.requirement_lines import split_lines
from bootfit.requirements.requirement_file import (
    OptionEntry,
    RequirementEntry,
    UncheckableEntry,
    parse_entries,
)


def entries(text):
    return list(parse_entries(text, "requirements.txt"))


def test_comments_blanks_and_continuations():
    text = (
        "# the web\n\nflask==3.1.0  # pinned\n"
        "numpy \\\n  >=1.26, \\\n  <3\n"
        "pkg#notacomment==1 # but this is\n"
    )
    with pytest.raises(UsageError):
        entries(text)
    first, second = entries(text.rpartition("pkg#")[0])
    assert (first.text, str(first.place)) == ("flask==3.1.0", "requirements.txt:3:1")
    assert str(second.requirement) == "numpy<3,>=1.26"
    assert second.place.line == 4


def test_a_comment_ends_a_continuation():
    first, second = entries("flask \\\n# not part of it\ngunicorn\n")
    assert [first.text, second.text] == ["flask", "gunicorn"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_line_ends_are_understood(end):
    assert [e.text for e in entries(f"a{end}b==1{end}")] == ["a", "b==1"]


def test_hashes_and_per_requirement_options():
    (entry,) = entries(
        "pulp==3.0.2 \\\n    --hash=sha256:AB12 \\\n    --hash sha256:cd34 --config-settings=x=y\n"
    )
    assert isinstance(entry, RequirementEntry)
    assert entry.text == "pulp==3.0.2"
    assert entry.hashes == ("sha256:ab12", "sha256:cd34")


def test_options_with_and_without_equals_sign():
    found = entries(
        "-i https://i.test/simple\n--extra-index-url=https://e.test/\n-r more.txt\n-cpins.txt\n"
        "--pre\n--no-binary pulp\n"
    )
    assert [(e.name, e.value) for e in found if isinstance(e, OptionEntry)] == [
        ("index-url", "https://i.test/simple"),
        ("extra-index-url", "https://e.test/"),
        ("requirement", "more.txt"),
        ("constraint", "pins.txt"),
        ("pre", ""),
        ("no-binary", "pulp"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-e .", "editable"),
        ("--editable=git+https://x.test/y.git#egg=y", "editable"),
        ("./wheels/a-1-py3-none-any.whl", "local path"),
        ("a-1-py3-none-any.whl", "local file"),
        ("git+ssh://git@x.test/y.git@main", "version control"),
        ("https://x.test/a-1.tar.gz", "URL"),
        ("a @ https://x.test/a-1.tar.gz", "URL"),
        ("../lib", "local path"),
    ],
)
def test_what_no_index_answers_for_is_named(line, reason):
    (entry,) = entries(line + "\n")
    assert isinstance(entry, UncheckableEntry)
    assert reason in entry.reason


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("flask\nnumpy=1.2\n", "requirements.txt:2:", "two equal signs"),
        ("numpy=>1.2\n", "requirements.txt:1:", ">="),
        ("numpy 1.2\n", "requirements.txt:1:7", "name==1.2.3"),
        ("a\n\n  numpy \\\n   >>1\n", "requirements.txt:4:4", "write it like"),
        ("a; python_versio < '3'\n", "requirements.txt:1:", "write it like"),
        ("--indx-url x\n", "requirements.txt:1:1", "--index-url"),
        ("a --hsah=sha256:1\n", "requirements.txt:1:3", "--hash"),
        ("-r\n", "requirements.txt:1", "VALUE"),
        ("a --hash='x\n", "requirements.txt:1", "quotation"),
    ],
)
def test_errors_say_where_and_how_to_mend(text, where, hint):
    with pytest.raises(UsageError) as caught:
        entries(text)
    assert caught.value.message.startswith(where)
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message


def test_position_of_a_joined_line():
    (line,) = split_lines("abc \\\n  def\n")
    assert line.text == "abc   def"
    assert line.position(0) == (1, 1)
    assert line.position(line.text.index("def")) == (2, 3)


@pytest.mark.parametrize(
    "line", ["x @@ https://me:s3cret@h.test/", "--index-url 'https://me:s3cret@h.test/"]
)
def test_errors_do_not_show_credentials(line):
    with pytest.raises(UsageError) as caught:
        entries(line)
    assert "h.test" in str(caught.value)
    assert "s3cret" not in str(caught.value)
