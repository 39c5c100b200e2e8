"""Source is parsed from any thread; see python/cpython#106905 for what goes wrong without care."""

import gc
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bootfit.model.syntax_tree import parse_quietly

NESTED = "\n".join("value = " + "(" * 30 + "first + 1" + ",)" * 30 for _ in range(30))


@pytest.fixture
def collector_that_lets_others_run():
    """Every collection gives way to another thread, as a finalizer that waits for a lock would."""

    def give_way(phase, _info):
        if phase == "start":
            time.sleep(0.0005)

    threshold = gc.get_threshold()
    gc.callbacks.append(give_way)
    gc.set_threshold(50)
    yield
    gc.set_threshold(*threshold)
    gc.callbacks.remove(give_way)


@pytest.mark.usefixtures("collector_that_lets_others_run")
def test_two_threads_parse_at_once():
    with ThreadPoolExecutor(2) as pool:
        trees = list(pool.map(parse_quietly, [NESTED] * 8))
    assert [len(tree.body) for tree in trees] == [30] * 8


def test_the_compiler_does_not_speak(recwarn):
    parse_quietly(r"pattern = '\d'; 1 is 1")
    assert list(recwarn) == []
