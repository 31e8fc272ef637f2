"""Who is who: identity rules as files, what they would change, and taking a merge back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tributary.commands.runtime import AsJson, InWorkspace, runtime, show_record
from tributary.errors import InvalidRequest

if TYPE_CHECKING:
    from tributary.identity import RuleSet

identity = typer.Typer(no_args_is_help=True, help="Who is who: identity rules as files, what they change, unmerging.")

_RULES = Annotated[Path, typer.Argument(help="YAML or JSON file with identity rules; - for standard input.")]


@identity.command("export")
def export(
    context: typer.Context,
    version: Annotated[int, typer.Option(help="A version; without, the one in force.")] = -1,
    in_workspace: InWorkspace = "",
) -> None:
    """Print the identity rules as YAML."""
    from tributary.identity import RuleSet, load_rules, write_rules

    run = runtime(context)
    with run.store.read() as session:
        workspace_id = run.workspace_id(session, in_workspace)
        rules = RuleSet() if version == 0 else load_rules(session, workspace_id, None if version < 0 else version).rules
    typer.echo(write_rules(rules), nl=False)


@identity.command("import")
def import_(
    context: typer.Context,
    file: _RULES,
    note: Annotated[str, typer.Option(help="What the version is for.")] = "",
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Keep identity rules as a new version. It is in force once it is applied."""
    from tributary.access import audit
    from tributary.identity import draft_rules

    run = runtime(context)
    rules = _read(file)
    with run.store.begin() as session:
        caller = run.principal(session, in_workspace)
        kept = draft_rules(session, caller.workspace_id, rules, note=note, by=caller.actor_id, now=run.clock.now())
        details = {"number": kept.version}
        audit(session, caller, "identity_rules.drafted", "identity_rules", str(kept.version), details)
    show_record({"version": kept.version}, as_json=as_json)


@identity.command("what-if")
def what_if(
    context: typer.Context,
    file: _RULES,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Count who would become one person and who would fall apart by the rules in a file. Nothing is changed."""
    from tributary.identity.rebuild import compare

    run = runtime(context)
    rules = _read(file)
    with run.store.read() as session:
        found = compare(session, run.workspace_id(session, in_workspace), rules)
    record = {
        "profiles_before": found.profiles_before,
        "profiles_after": found.profiles_after,
        "merges": len(found.merges),
        "splits": len(found.splits),
    }
    show_record(record, as_json=as_json)


@identity.command("apply")
def apply(
    context: typer.Context,
    version: Annotated[int, typer.Argument(min=1, help="The version to put in force, as `import` printed it.")],
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Put a version of the rules in force and carry it out on everybody. The running server does it."""
    from tributary.access import audit
    from tributary.identity import load_rules
    from tributary.jobs import enqueue
    from tributary.pipeline.rebuild import APPLY_JOB

    run = runtime(context)
    with run.store.begin() as session:
        caller = run.principal(session, in_workspace)
        load_rules(session, caller.workspace_id, version)
        payload = {"version": version}
        job = enqueue(session, APPLY_JOB, payload, workspace_id=caller.workspace_id, key="rules", clock=run.clock)
        audit(session, caller, "identity_rules.applied", "identity_rules", str(version), {"number": version})
    show_record({"job": job, "state": "queued"}, as_json=as_json)


@identity.command("unmerge")
def unmerge(
    context: typer.Context,
    merge: Annotated[str, typer.Argument(help="Id of the merge, mrg_…, as the person's graph has it.")],
    reason: Annotated[str, typer.Option(help="Why, for whoever reads it later.")] = "",
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Part two people who were joined wrongly; they stay apart. The running server does it."""
    from tributary.access import audit
    from tributary.core.ids import decode_int
    from tributary.identity.decisions import pair_of_merge
    from tributary.jobs import enqueue

    run = runtime(context)
    number = decode_int("mrg", merge)
    with run.store.begin() as session:
        caller = run.principal(session, in_workspace)
        pair_of_merge(session, caller.workspace_id, number)
        payload = {"merge_id": number, "by": caller.actor_id, "reason": reason}
        job = enqueue(
            session, "identity.unmerge", payload, workspace_id=caller.workspace_id, key=merge, clock=run.clock
        )
        audit(session, caller, "identity.parted", "merge", merge)
    show_record({"job": job, "state": "queued"}, as_json=as_json)


def _read(file: Path) -> RuleSet:
    from tributary.identity import read_rules

    try:
        text = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidRequest(f"{file} cannot be read: {exc}.", cure="Check the path; the file is UTF-8.") from exc
    return read_rules(text)
