"""How often a caller may do what, counted in the database that all workers share."""

from __future__ import annotations

import time

from flask import current_app, request

from mealplan.accounts.caller import caller
from mealplan.accounts.secrets import keyed_hash
from mealplan.errors import ApiError
from mealplan.parts import parts
from mealplan.settings import Rate
from mealplan.store import rates


def limit(kind: str, whose: str | None = None) -> None:
    """Count a request of ``kind``, by account where one is signed in, else by address.

    Args:
        kind: one of the kinds of `settings.DEFAULT_RATES`.
        whose: counts it for this instead.

    Raises:
        ApiError: 429 where it is one too many; Retry-After says when the next may come.
    """
    rate: Rate | None = current_app.config["RATES"].get(kind)
    if rate is None:
        return
    if whose is None:
        found = caller()
        whose = f"account {found.account.id}" if found else f"address {request.remote_addr}"
    moment = int(time.time())
    start = moment - moment % rate.seconds
    with parts().database.writing() as connection:
        # Hashed: an address is personal data.
        count = rates.count(connection, kind, keyed_hash("rate", whose), start)
    if count > rate.requests:
        left = start + rate.seconds - moment
        raise ApiError(
            429,
            "too_many_requests",
            f"at most {rate.requests} of these in {rate.seconds} seconds; try again in {left}",
            headers={"Retry-After": str(left)},
        )
