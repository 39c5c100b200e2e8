"""Held against pip's own reading of the same options."""

from hypothesis import given
from hypothesis import strategies as st
from pip._internal.models.format_control import FormatControl as PipFormatControl

from bootfit.requirements.format_control import format_control

WORDS = st.sampled_from(["a", "b", "B", "c_d", "c-d", ":all:", ":none:"])
OPTIONS = st.lists(
    st.tuples(
        st.sampled_from(["no-binary", "only-binary"]),
        st.lists(WORDS, min_size=1, max_size=3).map(",".join),
    ),
    max_size=5,
)


@given(options=OPTIONS, name=st.sampled_from(["a", "b", "c-d", "e"]))
def test_the_kinds_of_file_are_those_that_pip_allows(options, name):
    theirs = PipFormatControl()
    for option, value in options:
        mine, other = theirs.no_binary, theirs.only_binary
        if option == "only-binary":
            mine, other = other, mine
        PipFormatControl.handle_mutual_excludes(value, mine, other)
    allowed = theirs.get_allowed_formats(name)
    ours = format_control(options)
    assert ours.from_source(name) == ("binary" not in allowed)
    assert ours.only_wheels(name) == ("source" not in allowed)
