"""Keeping credentials out of what is printed and written."""

import re

# Schemes are short: without a bound, a long word would be tried from each of its letters.
_LOGIN = re.compile(r"(?P<scheme>[A-Za-z][\w+.-]{0,30}://|(?<![\w/:])//)(?P<login>[^/\s'\"?#]*)@")
#: pip puts environment variables in: a name is no secret.
_VARIABLES = re.compile(r"\$\{\w+\}(?::\$\{\w+\})?")


def without_credentials(text: str, mark: str = "****@") -> str:
    """Return ``text`` with ``mark`` in place of every ``user:password@`` of a URL.

    What holds no secret stays: ``${USER}:${TOKEN}@``, and the user name of ``ssh://git@host``.
    """

    def struck_out(match: re.Match[str]) -> str:
        login = match["login"]
        user_of_ssh = match["scheme"].lower().endswith("ssh://") and ":" not in login
        if user_of_ssh or _VARIABLES.fullmatch(login):
            return match[0]
        return match["scheme"] + mark

    return _LOGIN.sub(struck_out, text)
