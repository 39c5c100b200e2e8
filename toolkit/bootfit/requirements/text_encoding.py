"""In which encoding a file is, as pip finds out: a mark, a line that says so, UTF-8. Pure."""

import codecs
import re

#: The longer marks first: UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAYS = re.compile(rb"coding[:=]\s*([-\w.]+)")


def encoding_of(data: bytes, *, stated: bool) -> str:
    """Return the name of the codec for ``data``.

    Args:
        data: what the file holds.
        stated: a comment in the first two lines may say it (``# -*- coding: latin-1 -*-``).

    Raises:
        LookupError: it says one that there is not; the text names it.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    for line in data.split(b"\n", 2)[:2] if stated else ():
        if line.startswith(b"#") and (said := _SAYS.search(line)):
            name = said[1].decode("ascii", "replace")
            # One that is no encoding of text ("zip") is refused here as well.
            "".encode(name)
            return codecs.lookup(name).name
    return "utf-8"
