"""``python -m mealplan``: what an operator runs beside the server."""

from mealplan.operating import main

raise SystemExit(main())
