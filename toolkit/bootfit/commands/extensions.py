"""`bootfit extensions`: what was found, from where, and what is broken."""

import click


@click.command("extensions")
def command() -> None:
    """List what extends bootfit, the distribution that brings it, and what does not load."""
    from bootfit.extensions import ANYTHING, find_extensions

    for group in ("rules", "emitters", "reports", "platforms"):
        for extension in find_extensions(group):
            try:
                extension.load()
                state = "ok"
            except ANYTHING as error:
                state = f"broken: {type(error).__name__}: {error}"
            click.echo(
                f"{group:<10} {extension.name:<22} {extension.distribution:<20} "
                f"{extension.value:<44} {state}"
            )
