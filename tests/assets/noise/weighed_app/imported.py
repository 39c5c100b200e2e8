"""What the rungs load: a module by its name, and work that leaves nothing behind."""

from importlib import import_module


def __getattr__(name):
    if not name.startswith("load_"):
        raise AttributeError(name)
    return lambda: import_module(name.partition("_")[2].replace("__", "."))


def work(module):
    return sorted(vars(module))
