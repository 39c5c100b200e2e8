"""Base against head: what grew beyond its noise and beyond what is tolerated."""

from bootfit.compare.comparing import compare_profiles
from bootfit.compare.findings import out_of_date
from bootfit.compare.profile import Profile, profile_of
from bootfit.compare.subjects import known_subjects

__all__ = ["Profile", "compare_profiles", "known_subjects", "out_of_date", "profile_of"]
