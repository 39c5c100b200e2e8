"""Whatever a requirement file holds, reading it in lines loses no byte and no requirement."""

from hypothesis import given
from hypothesis import strategies as st

from bootfit.model.errors import UsageError
from bootfit.model.requirement_lines import split_lines, write_back
from bootfit.requirements.requirement_file import (
    RequirementEntry,
    parse_entries,
)

pieces = st.sampled_from(
    ["flask", "==1.0", " ", "\\", "\\\n", "\n", "\r\n", "\r", "#", " # c", "-r x", "--hash=a:b",
     "; python_version<'3'", "\t", "\x0c", "\u2028", "é", "'", '"', "[x]", ">=1,<2", "-e", "$A"]
)  # fmt: skip
texts = st.one_of(st.text(), st.lists(pieces).map("".join))


@given(texts)
def test_lines_write_back_the_same_text(text):
    assert write_back(split_lines(text)) == text


@given(texts)
def test_lines_know_their_place(text):
    for line in split_lines(text):
        for offset in range(len(line.text)):
            number, column = line.position(offset)
            physical = text.splitlines()[number - 1]
            assert physical[column - 1] == line.text[offset]


@given(texts)
def test_any_text_is_read_or_refused_in_one_line(text):
    refused = None
    try:
        list(parse_entries(text, "r.txt"))
    except UsageError as error:
        refused = error
    assert refused is None or (refused.message.startswith("r.txt:") and refused.hint)


names = st.from_regex(r"[a-z][a-z0-9]{0,6}", fullmatch=True)
versions = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda v: f"{v[0]}.{v[1]}")
filler = st.sampled_from(["", "\n", "# a comment\n", "   \n", "  # indented == 1\n"])


@given(st.lists(st.tuples(filler, names, versions, st.sampled_from(["==", " \\\n  =="]))))
def test_every_requirement_is_found_at_its_line(stated):
    text, expected = "", []
    for before, name, version, operator in stated:
        text += before
        expected.append((name, version, text.count("\n") + 1))
        text += f"{name}{operator}{version}  # why\n"
    found = [
        (e.requirement.name, next(iter(e.requirement.specifier)).version, e.place.line)
        for e in parse_entries(text, "r.txt")
        if isinstance(e, RequirementEntry)
    ]
    assert found == expected
