"""Accounts, and whose everything is; own foods and dishes; sessions, tokens, rates, feeds.

What the first form kept belongs to the operator from now on.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_OPERATOR = "operator"


def upgrade() -> None:
    """Make the new tables, and give the old rows an owner."""
    _create_accounts()
    _create_own()
    operator = _operator_of_old_rows()
    with _changed("plan") as plan:
        plan.add_column(sa.Column("user_id", sa.Integer, nullable=False, **_default(operator)))
        plan.add_column(sa.Column("name", sa.String(120), nullable=False, server_default="Week"))
        plan.add_column(sa.Column("starts_on", sa.Date))
        plan.add_column(sa.Column("saved", sa.Boolean, nullable=False, server_default=sa.true()))
        _owned(plan, "plan")
    with _changed("analysis") as analysis:
        analysis.add_column(sa.Column("user_id", sa.Integer, nullable=False, **_default(operator)))
        _owned(analysis, "analysis")
    with _changed("search") as search:
        search.add_column(sa.Column("user_id", sa.Integer))
        _owned(search, "search")
    for table, columns in (("plan", ("user_id", "name", "saved")), ("analysis", ("user_id",))):
        with op.batch_alter_table(table, table_kwargs=_NEVER_AGAIN) as changed:
            for column in columns:
                changed.alter_column(column, server_default=None)


def downgrade() -> None:
    """Forget whose everything was."""
    for table, columns in (
        ("search", ("user_id",)),
        ("analysis", ("user_id",)),
        ("plan", ("user_id", "name", "starts_on", "saved")),
    ):
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(f"fk_{table}_user_id", type_="foreignkey")
            changed.drop_index(f"ix_{table}_user_id")
            for column in columns:
                changed.drop_column(column)
    for table in (
        *("own_ingredient", "own_dish", "own_food", "feed", "profile"),
        *("nonce", "rate", "api_token", "session", "account"),
    ):
        op.drop_table(table)


_NEVER_AGAIN = {"sqlite_autoincrement": True}


def _changed(table: str) -> Any:
    sqlite = op.get_bind().dialect.name == "sqlite"
    return op.batch_alter_table(
        table, recreate="always" if sqlite else "auto", table_kwargs=_NEVER_AGAIN
    )


def _owned(changed: Any, table: str) -> None:
    changed.create_foreign_key(
        f"fk_{table}_user_id", "account", ["user_id"], ["id"], ondelete="CASCADE"
    )
    changed.create_index(f"ix_{table}_user_id", ["user_id"])


def _default(operator: int | None) -> dict[str, Any]:
    return {} if operator is None else {"server_default": sa.text(str(operator))}


def _operator_of_old_rows() -> int | None:
    connection = op.get_bind()
    counts = [
        connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
        for name in ("plan", "analysis")
    ]
    if not any(counts):
        return None
    account = sa.table("account", *map(sa.column, ("id", "created_at", "email", "name", "role")))
    connection.execute(
        sa.insert(account).values(
            created_at="1970-01-01T00:00:00+00:00", email=_OPERATOR, name="Operator", role="admin"
        )
    )
    found = connection.execute(sa.select(account.c.id).where(account.c.email == _OPERATOR))
    return int(found.scalar_one())


def _owner() -> Any:
    return sa.Column(
        "user_id",
        sa.Integer,
        sa.ForeignKey("account.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    )


def _created() -> Any:
    return sa.Column("created_at", sa.String(32), nullable=False)


def _number() -> Any:
    return sa.Column("id", sa.Integer, primary_key=True)


def _create_accounts() -> None:
    op.create_table(
        "account",
        _number(),
        _created(),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("role", sa.String(10), nullable=False),
        **_NEVER_AGAIN,
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        _owner(),
        _created(),
        sa.Column("expires_at", sa.Integer, nullable=False, index=True),
    )
    op.create_table(
        "api_token",
        _number(),
        _created(),
        _owner(),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("scope", sa.String(10), nullable=False),
        sa.Column("expires_at", sa.Integer),
        **_NEVER_AGAIN,
    )
    op.create_table(
        "rate",
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("caller", sa.String(64), primary_key=True),
        sa.Column("window_start", sa.Integer, nullable=False, index=True),
        sa.Column("requests", sa.Integer, nullable=False),
    )
    op.create_table(
        "nonce",
        sa.Column("nonce", sa.String(64), primary_key=True),
        sa.Column("expires_at", sa.Integer, nullable=False, index=True),
    )
    op.create_table(
        "profile",
        sa.Column(
            "user_id", sa.Integer, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("updated_at", sa.String(32), nullable=False),
        sa.Column("person", sa.JSON, nullable=False),
    )
    op.create_table("feed", _number(), _created(), _owner(), **_NEVER_AGAIN)


def _create_own() -> None:
    op.create_table(
        "own_food",
        _number(),
        _created(),
        _owner(),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("per_100g", sa.JSON, nullable=False),
        sa.Column("allergens", sa.JSON, nullable=False),
        sa.UniqueConstraint("user_id", "name"),
        **_NEVER_AGAIN,
    )
    op.create_table(
        "own_dish",
        _number(),
        _created(),
        _owner(),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("recipe", sa.JSON, nullable=False),
        sa.UniqueConstraint("user_id", "name"),
        **_NEVER_AGAIN,
    )
    op.create_table(
        "own_ingredient",
        sa.Column(
            "dish_id", sa.Integer, sa.ForeignKey("own_dish.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("food_id", sa.Integer, sa.ForeignKey("own_food.id"), nullable=False, index=True),
        sa.UniqueConstraint("dish_id", "food_id"),
    )
