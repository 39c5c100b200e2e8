"""A registry by duck typing: what bootfit asks of it is `describe()`."""


def _rung(name, **more):
    return {
        "name": name,
        "target": f"shop_work:{name}",
        "imports": [],
        "distributions": [],
        "extra": "",
        "exercise": f"shop_work:exercise_{name}",
        "cost_bytes": None,
        **more,
    }


class Plugins:
    def describe(self):
        return [
            {
                "name": "thumbnails",
                "ladder": [
                    _rung("absent", imports=["no_such_imaging"], distributions=["imaging"]),
                    _rung("kept"),
                    _rung("light"),
                ],
            },
            {
                "name": "search",
                "ladder": [_rung("momentary"), _rung("with_child"), _rung("brief"), _rung("plain")],
            },
        ]


PLUGINS = Plugins()
