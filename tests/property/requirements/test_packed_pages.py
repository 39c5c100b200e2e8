"""A page that was packed says what it said before, version by version."""

from datetime import datetime, timezone

from hypothesis import given
from hypothesis import strategies as st

from bootfit.requirements.index_page import IndexFile, ProjectFiles
from bootfit.requirements.packed_page import PackedGroups, pack_page, unpack_page
from bootfit.requirements.page_formats import kind_and_version

versions = st.sampled_from(
    ["1.0", "1", "1.0.0", "1.0rc1", "2!1.0", "1.0+local.1", "1.10", "0.9.post1"]
)
names = st.builds(
    lambda version, ending: f"a-{version}{ending}",
    versions,
    st.sampled_from([".tar.gz", ".zip", "-py3-none-any.whl", "-1-cp311-abi3-win_amd64.whl"]),
)
moments = st.none() | st.datetimes(
    min_value=datetime(2010, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2026, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(timezone.utc),
)


@st.composite
def index_files(draw):
    filename = draw(names)
    kind, version = kind_and_version(filename, "a")
    folder = draw(
        st.sampled_from(["https://i.test/x/", "https://i.test/", f"https://i.test/{filename}/"])
    )
    return IndexFile(
        filename=filename,
        url=folder + draw(st.sampled_from([filename, f"{filename}?x=1", "file/", "é"])),
        kind=kind,
        version=version,
        size_bytes=draw(st.none() | st.integers(0, 2**40)),
        requires_python=draw(st.sampled_from(["", ">=3.8", "nonsense é"])),
        yanked=draw(st.none() | st.text(max_size=5)),
        digests=tuple(draw(st.lists(st.text(max_size=5), max_size=2))),
        uploaded=draw(moments),
    )


@given(st.lists(index_files(), max_size=12), moments)
def test_a_packed_page_says_the_same(files, moment):
    plain = ProjectFiles("a", files).before(moment)
    data = pack_page(files)
    packed = ProjectFiles("a", groups=PackedGroups("a", lambda: unpack_page(data))).before(moment)
    assert packed.files == plain.files
    assert packed.by_version() == plain.by_version()
    for file in files:
        assert packed.of(file.version) == plain.of(file.version)
        assert plain.of(file.version) == tuple(
            one
            for one in files
            if one.version == file.version
            and (moment is None or (one.uploaded is not None and one.uploaded < moment))
        )
