"""A meal planner: the app that bootfit is shown on."""
