"""Calendar feeds: an address that a calendar reads by itself, until it is revoked."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from mealplan.accounts.caller import account
from mealplan.accounts.secrets import feed_address, feed_of
from mealplan.api.endpoint import endpoint
from mealplan.errors import ApiError, not_found
from mealplan.parts import parts
from mealplan.served import reply
from mealplan.services.calendars import calendar
from mealplan.store import feeds

BLUEPRINT = Blueprint("feeds", __name__)
_MOST_FEEDS = 20
#: Weeks that a feed holds, the latest first.
_MOST_WEEKS = 60


@BLUEPRINT.post("/feeds")
@endpoint(status=201)
def make() -> Response:
    """Make a feed of your saved plans that say on which day they begin; 201."""
    with parts().database.writing() as connection:
        if len(feeds.listed(connection, account().id)) >= _MOST_FEEDS:
            raise ApiError(409, "too_many", f"you have {_MOST_FEEDS} feeds: revoke some first")
        number = feeds.add(connection, account().id)
    return reply({"id": number, "url": _url(number)}, 201)


@BLUEPRINT.get("/feeds")
@endpoint()
def list_feeds() -> Response:
    """Return your feeds with their addresses: who has one reads your plans."""
    with parts().database.reading() as connection:
        found = feeds.listed(connection, account().id)
    return reply({"feeds": [{**one, "url": _url(one["id"])} for one in found]})


@BLUEPRINT.delete("/feeds/<int:feed_id>")
@endpoint(status=204)
def revoke(feed_id: int) -> Response:
    """Revoke a feed's address for ever; 204."""
    with parts().database.writing() as connection:
        there = feed_id < 2**31 and feeds.remove(connection, account().id, feed_id)
    if not there:
        raise not_found(f"feed {feed_id}")
    return Response(status=204)


@BLUEPRINT.get("/feeds/<address>.ics")
@endpoint(lock="open", rate="feed", media=("text/calendar",))
def read(address: str) -> Response:
    """Return a feed's calendar; its address is its key."""
    number = feed_of(address)
    with parts().database.reading() as connection:
        owner = None if number is None else feeds.owner_of(connection, number)
        if owner is None:
            raise not_found("such feed")
        plans = (
            {**plan, "days": plan["result"]["days"]}
            for plan in feeds.plans_of(connection, owner, _MOST_WEEKS)
        )
        text = calendar("Meals", plans)
    return Response(text, mimetype="text/calendar")


def _url(number: int) -> str:
    return url_for("feeds.read", address=feed_address(number), _external=True)
