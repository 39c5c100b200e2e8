from bootfit.model.app import RequestSpec, Route
from bootfit.verify.routes import choose_requests
from unit.verify import plans


def chosen(specs, *routes):
    drive = choose_requests(specs, plans.description(*routes).routes)
    return [(each.method, each.path) for each in drive.requests], drive.undriven


def test_specs_come_first_in_their_order_then_plain_get_routes():
    specs = [RequestSpec("POST", "/plans"), RequestSpec("GET", "/plans/1")]
    requests, undriven = chosen(specs, "GET /", "POST /plans", "GET /plans/<int:id>", "GET /about")
    assert requests == [("POST", "/plans"), ("GET", "/plans/1"), ("GET", "/"), ("GET", "/about")]
    assert undriven == ()


def test_what_needs_knowledge_is_named_and_not_guessed():
    requests, undriven = chosen([], "GET /a/<x>", "POST /a", "DELETE /a/<x>", "HEAD /", "OPTIONS /")
    assert requests == []
    assert undriven == ("POST /a", "DELETE /a/<x>", "GET /a/<x>")


def test_a_request_with_a_query_reaches_its_route():
    requests, undriven = chosen([RequestSpec("get", "/search?q=a/b#c")], "GET /search")
    assert requests == [("get", "/search?q=a/b#c")]
    assert undriven == ()


def test_parameters_end_at_a_slash_unless_they_are_paths():
    assert chosen([RequestSpec("GET", "/a/1/2")], "GET /a/<x>")[1] == ("GET /a/<x>",)
    assert chosen([RequestSpec("GET", "/a/1/2")], "GET /a/<path:x>")[1] == ()
    assert chosen([RequestSpec("GET", "/a/1/b")], "GET /a/<int(min=1):x>/b")[1] == ()


def test_braces_are_parameters_too():
    routes = (Route("GET", "/items/{item_id}", ("item_id",)), Route("GET", "/f/{p:path}", ("p",)))
    drive = choose_requests([RequestSpec("GET", "/items/7"), RequestSpec("GET", "/f/a/b")], routes)
    assert drive.undriven == ()
    assert choose_requests([], routes).undriven == ("GET /f/{p:path}", "GET /items/{item_id}")


def test_the_literal_route_is_what_a_request_reaches():
    requests, undriven = chosen(
        [RequestSpec("GET", "/plans/new")], "GET /plans/<id>", "GET /plans/new"
    )
    assert requests == [("GET", "/plans/new")]
    assert undriven == ("GET /plans/<id>",)


def test_a_dot_in_a_route_is_a_dot():
    assert chosen([RequestSpec("GET", "/planXics")], "POST /plan.ics")[1] == ("POST /plan.ics",)


def test_an_undescribed_route_may_answer_anything_below_500():
    (request,) = choose_requests([], plans.description("GET /").routes).requests
    assert 200 in request.expect
    assert 401 in request.expect
    assert 500 not in request.expect
