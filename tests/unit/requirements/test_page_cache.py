"""Pages that are kept: how long they answer, and that a broken one never does."""

import pytest

from bootfit.requirements.page_cache import MAX_AGE_SECONDS, PageCache

PAGE = b"what a page says\nin two lines"
WHERE = ("https://index.test/simple/", "a")


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_page_answers_while_it_is_young(tmp_path, clock):
    cache = PageCache(tmp_path / "pages", now=clock)
    assert cache.find(*WHERE) is None
    cache.keep(*WHERE, PAGE)
    assert cache.find(*WHERE) == PAGE
    assert PageCache(tmp_path / "pages", "refresh", now=clock).find(*WHERE) is None
    clock.now += MAX_AGE_SECONDS
    assert cache.find(*WHERE) is None
    assert PageCache(tmp_path / "pages", "offline", now=clock).find(*WHERE) == PAGE
    clock.now = 0  # A clock that was set back does not keep a page for ever.
    assert cache.find(*WHERE) is None


def test_indexes_do_not_share_and_files_are_private(tmp_path):
    cache = PageCache(tmp_path)
    cache.keep(*WHERE, PAGE)
    assert cache.find("https://other.test/simple/", "a") is None
    (file,) = tmp_path.glob("*/*")
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[:-3],
        lambda b: b"",
        lambda b: b"[]\n",
        lambda b: b"\x00",
        lambda b: b.replace(b"two", b"six"),
    ],
)
def test_a_damaged_page_is_none(tmp_path, damage):
    cache = PageCache(tmp_path)
    cache.keep(*WHERE, PAGE)
    (file,) = tmp_path.glob("*/*")
    file.write_bytes(damage(file.read_bytes()))
    assert cache.find(*WHERE) is None


def test_a_folder_that_cannot_be_made_costs_nothing_else(tmp_path):
    (tmp_path / "file").touch()
    cache = PageCache(tmp_path / "file" / "pages")
    cache.keep(*WHERE, PAGE)
    assert cache.find(*WHERE) is None
