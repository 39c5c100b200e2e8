"""Which share of the day's energy each meal gets."""
