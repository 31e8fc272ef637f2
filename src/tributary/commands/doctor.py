"""Is everything in order? One line per check: what was found, and the next step when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tributary.commands.runtime import AsJson, echo_json, runtime
from tributary.errors import TributaryError

if TYPE_CHECKING:
    from tributary.commands.checks import Finding

_MARKS = {"ok": ("✓", "green"), "note": ("·", "blue"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


def doctor(
    context: typer.Context,
    as_json: AsJson = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings, too, give exit code 1.")] = False,
) -> None:
    """Check disk, store, warehouse, log, mail, clock and write keys. Exit code 1 when something fails."""
    from tributary.commands.checks import run_checks

    run = runtime(context)
    try:
        settings = run.settings
    except TributaryError as exc:
        findings = [_settings_failed(exc)]
    else:
        findings = run_checks(settings, run.clock)
    if as_json:
        echo_json([_record(finding) for finding in findings])
    else:
        _show(findings)
    bad = {"failed", "warning"} if strict else {"failed"}
    if any(finding.state in bad for finding in findings):
        raise typer.Exit(1)


def _settings_failed(error: TributaryError) -> Finding:
    from tributary.commands.checks import Finding

    return Finding("settings", "failed", error.message, error.cure or "")


def _record(finding: Finding) -> dict[str, Any]:
    return {"check": finding.check, "state": finding.state, "found": finding.found, "cure": finding.cure}


def _show(findings: list[Finding]) -> None:
    width = max(len(finding.check) for finding in findings)
    for finding in findings:
        mark, colour = _MARKS[finding.state]
        typer.secho(f"{mark} {finding.check:<{width}}  ", fg=colour, nl=False)
        typer.echo(finding.found)
        if finding.cure:
            typer.echo(f"  {'':<{width}}  → {finding.cure}")
    failed = sum(finding.state == "failed" for finding in findings)
    typer.echo("Everything works." if not failed else f"{failed} of {len(findings)} checks failed.")
