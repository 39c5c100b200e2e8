"""A Flask app whose plugins are what web apps load late: the noise of real imports is recorded."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def index():
    return "weighed"


class Plugins:
    def describe(self):
        return [
            {"name": name, "ladder": [rung(module) for module in ladder]}
            for name, ladder in {
                "tables": ("pandas", "numpy", "csv"),
                "sheets": ("xlsxwriter",),
                "solver": ("pulp",),
                "store": ("sqlalchemy", "sqlite3"),
                "model": ("sklearn.ensemble",),
            }.items()
        ]


def rung(module):
    return {
        "name": module.replace(".", "_"),
        "target": f"imported:load_{module.replace('.', '__')}",
        "imports": [module.partition(".")[0]],
        "distributions": [],
        "extra": "",
        "exercise": "imported:work",
        "cost_bytes": None,
    }


PLUGINS = Plugins()
