"""The WSGI app: ``gunicorn mealplan.main:app``."""

from mealplan import create_app

app = create_app()
