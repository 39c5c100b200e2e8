"""What making an import lazy saves, in words. Pure."""

from bootfit.model.attribution import Saving
from bootfit.model.sizes import format_mib

#: Anonymous memory that two boots of the same app may differ by.
_NOISE_BYTES = 256 * 1024
#: How the outcome of a boot begins in which a stand-in for a lazy import was used.
_USED = "raised UsedAtBootError: "


def saves_enough(saving: Saving) -> bool:
    """Return whether a lazy import is known to save more than noise: 256 KiB of memory."""
    saved = saving.saved
    return saved is not None and saved.anonymous_bytes >= _NOISE_BYTES


def why_nothing_is_saved(name: str, saving: Saving) -> str:
    """Return why a lazy import is known to save nothing, in words; "" where it may save something.

    Args:
        name: the library.
        saving: what was measured.
    """
    detail = saving.without.detail
    if detail.startswith(_USED):
        return f"boot itself uses it: {detail.removeprefix(_USED)}"
    if saving.saved is not None and not saves_enough(saving):
        return f"other libraries load {name} at boot as well"
    return ""


def saving_in_words(name: str, saving: Saving | None) -> tuple[str, tuple[str, ...]]:
    """Return the end of a sentence that says what a lazy import saves, and the evidence for it."""
    if saving is None:
        return "", ()
    saved, nothing = saving.saved, why_nothing_is_saved(name, saving)
    if saved is None:
        failed = f"booted with {name} imported lazily, the app {saving.without.detail}"
        return "; what making it lazy saves could not be measured", (nothing or failed,)
    takes = (
        f"booted with {', '.join((*saving.together_with, name))} imported lazily, the app takes "
        f"{format_mib(saving.without.total.anonymous_bytes)} instead of "
        f"{format_mib(saving.boot.anonymous_bytes)}, and loads {saving.modules} modules fewer"
    )
    if nothing:
        return f"; making it lazy saves nothing, since {nothing}", (takes,)
    memory, seconds = format_mib(saved.anonymous_bytes), max(0.0, saved.cpu_seconds)
    others = ", ".join(saving.together_with)
    together, more = (f" together with {others}", " more") if others else ("", "")
    sentence = (
        f"; made lazy{together}, it saves {memory} and {seconds:.2f} s of CPU time{more} at boot"
    )
    return sentence, (takes,)


def lazy_remedy(saving: Saving | None) -> str:
    """Return what to do about a heavy import at boot."""
    if saving is None:
        return "import it where it is used, if not every request uses it"
    if saving.without.detail.startswith(_USED):
        return "move what uses it at boot into the function that needs it, and import it there"
    if saving.saved is not None and not saves_enough(saving):
        return "leave it: `bootfit why` tells who else loads it"
    return (
        "import it where it is used, if not every request uses it: `bootfit measure --fix` shows "
        "the change"
    )
