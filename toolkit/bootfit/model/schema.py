"""`python -m bootfit.model.schema` writes the published schema anew."""

import json
from pathlib import Path

from bootfit.model.document import run_schema
from bootfit.model.writing import write_atomically

if __name__ == "__main__":
    text = json.dumps(run_schema(), indent=2, sort_keys=True) + "\n"
    write_atomically({Path(__file__).with_name("run-v1.schema.json"): text.encode()})
