from hypothesis import given
from hypothesis import strategies as st

from bootfit.model.finding import Finding, Severity
from bootfit.model.sizes import MIB
from bootfit.verify.limit_search import RESOLUTION_BYTES, passed, smallest_limit


@given(need=st.integers(1, 1000), least=st.integers(0, 1000), room=st.integers(0, 2000))
def test_the_smallest_limit_that_passes_is_found_to_the_resolution(need, least, room):
    least, need = min(least, need) * MIB, need * MIB
    most = need + room * MIB
    found, tried = smallest_limit(lambda limit: limit >= need, least, most)
    assert need <= found <= need + RESOLUTION_BYTES
    assert all(outcome == (limit >= need) for limit, outcome in tried)
    assert len(tried) <= 12


def error(slug, severity=Severity.ERROR):
    return Finding("BF500", slug, severity, "app", "it happened")


def test_a_run_passes_with_its_headroom_used_and_not_with_any_other_error():
    assert passed([error("headroom-used"), error("undriven", Severity.WARNING)])
    assert not passed([error("headroom-used"), error("rung-not-serving")])
    assert not passed([error("out-of-memory")])
