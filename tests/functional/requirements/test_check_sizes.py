"""`--sizes`: what wheels take on disk, read from their directories alone."""

import io
import zipfile

import pytest

from bootfit.requirements.archives import MAX_INSTALLED_BYTES


def members_of(index, filename):
    with zipfile.ZipFile(io.BytesIO(index.files[f"/files/{filename}"])) as archive:
        return sum(len(archive.read(name)) for name in archive.namelist())


@pytest.fixture
def wheels(index):
    index.wheel("web", "1.0", requires=["core", *(f"leaf{n}" for n in range(9))])
    index.wheel("core", "2.0")
    for number in range(9):
        index.wheel(f"leaf{number}", "1.0")


def test_the_sizes_of_all_wheels_add_up(index, check, wheels):
    checks, findings, result = check("web", sizes=True)
    assert findings == []
    expected = {name: members_of(index, one.wheel.filename) for name, one in checks.items()}
    assert {name: one.wheel.installed_bytes for name, one in checks.items()} == expected
    assert result.installed_bytes == sum(expected.values())


def test_without_the_option_no_wheel_is_asked(index, check, wheels):
    checks, _, result = check("web")
    assert result.installed_bytes is None
    assert {one.wheel.installed_bytes for one in checks.values()} == {None}


def test_what_was_read_once_is_kept_for_good(index, check, wheels):
    _, _, first = check("web", sizes=True)
    del index.asked[:]
    index.ranges = False
    _, _, again = check("web", sizes=True)
    assert again.installed_bytes == first.installed_bytes
    assert not [path for path in index.asked if path.startswith("/files/core")]
    _, _, refreshed = check("web", sizes=True, freshness="refresh")
    assert refreshed.installed_bytes is None


def test_an_index_without_ranges_and_broken_wheels_tell_nothing(index, check):
    index.wheel("web", "1.0")
    index.wheel("core", "1.0")
    web = index.files["/files/web-1.0-py3-none-any.whl"]
    checks, _, _ = check("web", "core")
    index.files["/files/web-1.0-py3-none-any.whl"] = web[:-30] + b"\x00" * 30
    checks, _, result = check("web", "core", sizes=True)
    assert checks["web"].wheel.installed_bytes is None
    assert checks["core"].wheel.installed_bytes
    assert result.installed_bytes is None


def test_a_directory_that_claims_more_than_any_disk_is_not_believed(index, check):
    index.wheel("web", "1.0")
    path = "/files/web-1.0-py3-none-any.whl"
    buffer = io.BytesIO(index.files[path])
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("web.py", "x = 1\n")
        archive.infolist()[-1].file_size = MAX_INSTALLED_BYTES + 1
        archive._didModify = True
    index.files[path] = buffer.getvalue()
    checks, _, result = check("web", sizes=True)
    assert checks["web"].installs
    assert result.installed_bytes is None
