"""The tables of users' data. Alembic's migrations lead to exactly this: a test compares them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

#: The migration that leads here. Kept beside the tables so that the serving process knows it
#: without Alembic.
REVISION = "0002"
#: What a database is of that has tables of ours and carries no revision.
FIRST_FORM = "0001"

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _owner(*, required: bool = True) -> Column[int]:
    return Column(
        "user_id", ForeignKey("account.id", ondelete="CASCADE"), nullable=not required, index=True
    )


def _created() -> Column[str]:
    return Column("created_at", String(32), nullable=False)


#: Numbers of rows that users name in addresses are never used again: an old address must not
#: lead to somebody's new row.
_NEVER_AGAIN: Any = {"sqlite_autoincrement": True}

ACCOUNTS = Table(
    "account",
    METADATA,
    _number(),
    _created(),
    # Lower case. The operator's account has no address that anybody could sign up with.
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    # NULL: no password opens it.
    Column("password_hash", String(200)),
    Column("role", String(10), nullable=False),
    **_NEVER_AGAIN,
)
SESSIONS = Table(
    "session",
    METADATA,
    # HMAC of what the cookie holds; who reads the table cannot use it.
    Column("token_hash", String(64), primary_key=True),
    _owner(),
    _created(),
    Column("expires_at", Integer, nullable=False, index=True),
)
API_TOKENS = Table(
    "api_token",
    METADATA,
    _number(),
    _created(),
    _owner(),
    Column("name", String(80), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scope", String(10), nullable=False),
    # Unix time; NULL: until it is revoked.
    Column("expires_at", Integer),
    **_NEVER_AGAIN,
)
#: How many requests of a kind a caller made in the current window.
RATES = Table(
    "rate",
    METADATA,
    Column("kind", String(20), primary_key=True),
    Column("caller", String(64), primary_key=True),
    Column("window_start", Integer, nullable=False, index=True),
    Column("requests", Integer, nullable=False),
)
#: Numbers that signed calls carried; each is taken once.
NONCES = Table(
    "nonce",
    METADATA,
    Column("nonce", String(64), primary_key=True),
    Column("expires_at", Integer, nullable=False, index=True),
)
PROFILES = Table(
    "profile",
    METADATA,
    Column("user_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("updated_at", String(32), nullable=False),
    Column("person", JSON, nullable=False),
)
PLANS = Table(
    "plan",
    METADATA,
    _number(),
    Column("created_at", String(32), nullable=False, index=True),
    _owner(),
    Column("name", String(120), nullable=False),
    # The day that is its day 0; NULL: not in anybody's calendar.
    Column("starts_on", Date),
    # Kept by its owner, who may have made several to choose from.
    Column("saved", Boolean, nullable=False),
    Column("target_kcal", Float, nullable=False),
    Column("implementation", String(40), nullable=False),
    Column("request", JSON, nullable=False),
    Column("result", JSON, nullable=False),
    **_NEVER_AGAIN,
)
PLANNED_MEALS = Table(
    "planned_meal",
    METADATA,
    Column("plan_id", ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("meal", String(20), primary_key=True),
    Column("dish_id", String(80), nullable=False),
    Column("servings", Float, nullable=False),
    Column("energy_kcal", Float, nullable=False),
)
#: Addresses of calendar feeds. An address is computed from the number and the server's secret.
FEEDS = Table("feed", METADATA, _number(), _created(), _owner(), **_NEVER_AGAIN)
#: Nutrients of an analysis that are columns, so that analytics can be asked of the database.
ANALYTIC_NUTRIENTS = (
    *("energy", "protein", "fat", "carbohydrate", "fiber", "sugars", "saturated_fat", "sodium"),
)
ANALYSES = Table(
    "analysis",
    METADATA,
    _number(),
    _created(),
    _owner(),
    Column("eaten_on", Date, nullable=False),
    Column("meal", String(20), nullable=False),
    # NULL where the nutrient is known for none of the foods.
    *(Column(nutrient, Float) for nutrient in ANALYTIC_NUTRIENTS),
    Column("result", JSON, nullable=False),
    Index("ix_analysis_eaten_on", "eaten_on"),
    **_NEVER_AGAIN,
)
EATEN = Table(
    "eaten",
    METADATA,
    Column("analysis_id", ForeignKey("analysis.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("reference", String(80), nullable=False),
    Column("name", String(300), nullable=False),
    Column("grams", Float, nullable=False),
)
SEARCHES = Table(
    "search",
    METADATA,
    _number(),
    _created(),
    # NULL: nobody who was signed in.
    _owner(required=False),
    Column("query", String(200), nullable=False),
    Column("mode", String(10), nullable=False),
    Column("served_mode", String(10), nullable=False),
    Column("results", Integer, nullable=False),
    **_NEVER_AGAIN,
)
OWN_FOODS = Table(
    "own_food",
    METADATA,
    _number(),
    _created(),
    _owner(),
    Column("name", String(120), nullable=False),
    Column("per_100g", JSON, nullable=False),
    Column("allergens", JSON, nullable=False),
    UniqueConstraint("user_id", "name"),
    **_NEVER_AGAIN,
)
OWN_DISHES = Table(
    "own_dish",
    METADATA,
    _number(),
    _created(),
    _owner(),
    Column("name", String(120), nullable=False),
    Column("recipe", JSON, nullable=False),
    UniqueConstraint("user_id", "name"),
    **_NEVER_AGAIN,
)
#: Which own foods a dish is made of: none of them can be deleted while it is.
OWN_INGREDIENTS = Table(
    "own_ingredient",
    METADATA,
    Column("dish_id", ForeignKey("own_dish.id", ondelete="CASCADE"), nullable=False),
    Column("food_id", ForeignKey("own_food.id"), nullable=False, index=True),
    UniqueConstraint("dish_id", "food_id"),
)


def now() -> str:
    """Return this moment in UTC, ISO 8601 to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
