"""The first form: plans, analyses and searches that belong to nobody."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUTRIENTS = (
    *("energy", "protein", "fat", "carbohydrate", "fiber", "sugars", "saturated_fat", "sodium"),
)


def upgrade() -> None:
    """Make the five tables."""
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("created_at", sa.String(32), nullable=False, index=True),
        sa.Column("target_kcal", sa.Float, nullable=False),
        sa.Column("implementation", sa.String(40), nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("result", sa.JSON, nullable=False),
    )
    op.create_table(
        "planned_meal",
        sa.Column(
            "plan_id", sa.Integer, sa.ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("meal", sa.String(20), primary_key=True),
        sa.Column("dish_id", sa.String(80), nullable=False),
        sa.Column("servings", sa.Float, nullable=False),
        sa.Column("energy_kcal", sa.Float, nullable=False),
    )
    op.create_table(
        "analysis",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("eaten_on", sa.Date, nullable=False, index=True),
        sa.Column("meal", sa.String(20), nullable=False),
        *(sa.Column(nutrient, sa.Float) for nutrient in _NUTRIENTS),
        sa.Column("result", sa.JSON, nullable=False),
    )
    op.create_table(
        "eaten",
        sa.Column(
            "analysis_id",
            sa.Integer,
            sa.ForeignKey("analysis.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("reference", sa.String(80), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("grams", sa.Float, nullable=False),
    )
    op.create_table(
        "search",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("query", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("served_mode", sa.String(10), nullable=False),
        sa.Column("results", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("search", "eaten", "analysis", "planned_meal", "plan"):
        op.drop_table(table)
