"""`bootfit explain BF101`: what a rule means and how to mend what it finds."""

from difflib import get_close_matches

import click


@click.command("explain")
@click.argument("code", required=False)
def command(code: str | None) -> None:
    """Explain a rule by its code or slug; without one, list all rules."""
    from bootfit.extensions import all_rules
    from bootfit.model.errors import UsageError

    rules, broken = all_rules()
    for finding in broken:
        click.echo(f"bootfit: {finding.message}", err=True)
    if code is None:
        for rule in rules.values():
            first_line = rule.explanation().partition("\n")[0]
            click.echo(f"{rule.code}  {rule.severity.value:<8} {rule.slug}: {first_line}")
        return
    by_slug = {rule.slug: rule for rule in rules.values()}
    chosen = rules.get(code.upper()) or by_slug.get(code.lower())
    if chosen is None:
        near = get_close_matches(code.upper(), rules, n=1) or get_close_matches(code, by_slug, n=1)
        hint = f"did you mean {near[0]}?" if near else "`bootfit explain` lists all rules"
        raise UsageError(f"no rule is called {code!r}", hint)
    click.echo(f"{chosen.code} {chosen.slug} ({chosen.severity.value})\n")
    click.echo(chosen.explanation())
