"""A command's words are those that the real shell makes."""

import subprocess

import pytest

from bootfit.verify.procfile_command import read_command

ENVIRONMENT = {
    "PORT": "8123",
    "SPACED": "two  words",
    "EMPTY": "",
    "TRICKY": "$(id) `id` 'x' \"y\"",
}
LINES = [
    "gunicorn -b 0.0.0.0:$PORT app:app",
    "gunicorn --bind :${PORT:-9} --name '$PORT' \"a b\"",
    'run $SPACED "$SPACED" x$EMPTY $EMPTY "$EMPTY" $NOT_SET ${NOT_SET:-d} ${EMPTY:-e}',
    'run "$TRICKY" "it\'s ${PORT}" \'`a` $(b)\'',
    'run \\$PORT "\\$PORT" \\\\ "\\\\" "\\`" a\\ b',
    "run 'app:create_app(debug=\"no\")' x=1",
    'run "a;b" "c|d" \'&\'e',
    "run a'b'\"c\"$PORT'd'",
]


@pytest.mark.parametrize("line", LINES)
def test_words_are_the_shells(line):
    first, _, rest = line.partition(" ")
    shell = subprocess.run(
        ["/bin/sh", "-c", f"printf '%s\\0' {first} {rest}"],
        env=ENVIRONMENT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert list(read_command(line, ENVIRONMENT).words) == shell.stdout.split("\0")[:-1]
