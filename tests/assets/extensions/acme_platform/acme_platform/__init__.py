"""DigitalOcean's App Platform: a profile, and `.do/app.yaml`, which describes the service."""

import json
from importlib.resources import files

PLATFORM_FILES = (files(__name__) / "app-platform-basic.toml",)


def emit(plan, context):
    service = {
        "name": context.service,
        "run_command": f"gunicorn {plan.app} -c gunicorn.conf.py",
        "instance_size_slug": context.platform.plan,
        "envs": [{"key": key, "value": value} for key, value in plan.environment.items()],
    }
    document = {"name": context.service, "services": [service]}
    return {".do/app.yaml": json.dumps(document, indent=2) + "\n"}  # JSON is YAML as well
