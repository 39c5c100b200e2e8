"""Whatever surrounds a pin: after an edit the version differs, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from bootfit.requirements.inquiry import pinned_version
from bootfit.requirements.pin_edit import PinChange, edit_lines
from bootfit.requirements.requirement_file import RequirementEntry, parse_entries

_NAMES = st.sampled_from(["numpy", "Web.Thing", "a_b", "x"])
_VERSIONS = st.sampled_from(["1", "1.24.4", "2.0rc1", "1!3.0", "1.0.post2", "2.1+cpu"])
_MARKERS = st.sampled_from(["", "; python_version>='3.9'", " ; os_name == '==1'"])
_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
_COMMENTS = st.sampled_from(["", "  # ==1.24.4", " # --hash=sha256:aa", "\t# é"])
_BETWEEN = st.sampled_from([" ", " \\\n    ", "  \\\r\n\t"])


@st.composite
def lines(draw):
    """Return (before the version, version, after it), the line in three parts."""
    extras = draw(st.sampled_from(["", "[c]", " [c, d]"]))
    space = draw(st.sampled_from(["", " ", "\t"]))
    head = f"{draw(st.sampled_from(['', '  ']))}{draw(_NAMES)}{extras}{space}=={space}"
    rest = draw(st.sampled_from(["", ",<9", " , != 3"])) + draw(_MARKERS)
    hashes = draw(st.lists(st.sampled_from(["aa", "bb", "0c"]), max_size=3))
    between = draw(_BETWEEN)
    rest += "".join(f"{between}--hash=sha256:{one}" for one in hashes)
    return head, draw(_VERSIONS), rest + draw(_COMMENTS) + draw(_ENDS)


@given(st.lists(lines(), min_size=1, max_size=5), st.data())
def test_the_version_differs_and_nothing_else(stated, data):
    text = "".join("".join(parts) for parts in stated)
    entries = [e for e in parse_entries(text, "r.txt") if isinstance(e, RequirementEntry)]
    assert len(entries) == len(stated)
    number = data.draw(st.integers(0, len(entries) - 1))
    entry = entries[number]
    # As many hashes as before: then only the version and the digests differ.
    change = PinChange(entry, pinned_version(entry), Version("7.7"), entry.hashes)
    head, _, rest = stated[number]
    expected = [*stated[:number], (head, "7.7", rest), *stated[number + 1 :]]
    assert edit_lines(text, [change], "r.txt") == "".join("".join(parts) for parts in expected)
