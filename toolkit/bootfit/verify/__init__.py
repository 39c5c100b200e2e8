"""A plan is booted under its limit, driven, and judged."""

from bootfit.verify.verify import verify_plan

__all__ = ["verify_plan"]
