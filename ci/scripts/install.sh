#!/bin/sh
# Make a virtual environment in the folder $1, with the bootfit that this script belongs to.
# BOOTFIT_CI_SOURCE installs another one: a wheel, or whatever pip takes.
set -eu

target=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
source=${BOOTFIT_CI_SOURCE:-"${top}[report]"}

python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
  echo "bootfit needs Python 3.10 or later as python3; this is $(python3 --version)" >&2
  exit 2
}
python3 -m venv "$target"
"$target/bin/python" -m pip --disable-pip-version-check --quiet install "$source"
