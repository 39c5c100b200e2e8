"""`bootfit platforms`: where an app can run, and where that is known from."""

import click


@click.command("platforms")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the platforms, or show one with the source of each fact."""
    from bootfit.extensions import load_all
    from bootfit.model.sizes import format_mib
    from bootfit.platforms import load_platform, machine_of, platform_names, readable

    loaded, broken = load_all("platforms", readable)
    for finding in broken:
        click.echo(f"bootfit: {finding.message}", err=True)
    profiles = [file for files in loaded.values() for file in files]
    if name is None:
        for known in platform_names(profiles):
            platform = load_platform(known, profiles)
            click.echo(
                f"{known:<18} {format_mib(platform.memory_bytes):>11}  "
                f"{platform.cpu_share:g} CPU  Python {platform.python.default}  {platform.title}"
            )
        return
    platform = load_platform(name, profiles)
    builder = platform.builder
    tools = {
        "C": builder.c_compiler,
        "C++": builder.cxx_compiler,
        "Fortran": builder.fortran_compiler,
        "Rust": builder.rust,
    }
    click.echo(f"{platform.name}: {platform.title}")
    click.echo(f"  memory   {format_mib(platform.memory_bytes)}, swap: {platform.swaps}")
    click.echo(f"  CPU      {platform.cpu_share:g}")
    click.echo(f"  system   {machine_of(platform).machine}")
    click.echo(
        f"  Python   {platform.python.default} unless told by "
        f"{', '.join(platform.python.read_from)}; allowed: {', '.join(platform.python.allowed)}"
    )
    click.echo(f"  builder  {', '.join(t for t, there in tools.items() if there) or 'none'}")
    for fact in platform.facts:
        click.echo(f"  source   {fact.about}: {fact.source} (read {fact.read_on})")
