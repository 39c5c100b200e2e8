"""Files are written whole or not at all."""

import pytest

from bootfit.model.writing import write_atomically


def test_replaces_and_keeps_the_mode(tmp_path):
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_a_missing_folder_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match="absent"):
        write_atomically(tmp_path / "absent" / "a", b"new")
    assert list(tmp_path.iterdir()) == []
