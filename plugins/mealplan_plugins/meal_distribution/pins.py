"""Written by plugins/build/build_meal_distribution.py: what the artefact must be."""

FOREST_SHA256 = "9450ef882400b25801e4b2047abff9fe001f7bc3366e33adc3cac9ca6b09821d"
#: What it answers for a woman of 40 who eats every meal.
GOLDEN_SHARES = {
    "breakfast": 0.19877049180327863,
    "lunch": 0.252561475409836,
    "dinner": 0.33965163934426235,
    "snacks": 0.20901639344262288,
}
