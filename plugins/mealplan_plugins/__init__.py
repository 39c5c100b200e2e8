"""The meal planner's five lazily loaded features, a package each.

Each package holds ``contract.py`` (what goes in and comes out; standard library only, so that the
app may import it), one module an implementation, and ``exercise.py`` (the work that measures it).
"""
