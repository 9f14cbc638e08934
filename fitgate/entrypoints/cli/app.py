"""The commands, as Typer lists them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fitgate import __version__
from fitgate.entrypoints.cli import (
    action,
    audit,
    breaker,
    bypass,
    check,
    doctor,
    drill,
    facts,
    github,
    inbox,
    init,
    interchange,
    ledger,
    metrics,
    pilot,
    policy,
    reclassify,
    record,
    register,
    replay,
    scan,
    schema,
    serve,
)

app = typer.Typer(
    name="fitgate",
    help="Slows down only the changes that cannot be undone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich" if sys.stdout.isatty() else None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_AS_THEY_COME = {"ignore_unknown_options": True, "allow_extra_args": True}
app.command("init")(init.init)
app.command("scan")(scan.scan)
app.command("replay")(replay.replay)


@app.command("check", help=check.HELP, context_settings=_AS_THEY_COME, add_help_option=False)
def _check(context: typer.Context) -> int:
    return check.run(context.args)


@app.command("action", help=action.HELP, context_settings=_AS_THEY_COME, add_help_option=False)
def _action(context: typer.Context) -> int:
    return action.run(context.args)


app.command("facts")(facts.facts)
app.command("doctor")(doctor.doctor)
app.command("reclassify")(reclassify.reclassify)
app.add_typer(register.app, name="register")
app.add_typer(policy.app, name="policy")
app.add_typer(bypass.app, name="bypass")
app.add_typer(breaker.app, name="breaker")
app.add_typer(audit.app, name="audit")
app.add_typer(ledger.app, name="ledger")
app.add_typer(inbox.app, name="inbox")
app.command("metrics")(metrics.metrics)
app.add_typer(pilot.app, name="pilot")
app.add_typer(drill.app, name="drill")
app.add_typer(record.app, name="record")
app.add_typer(interchange.import_app, name="import")
app.add_typer(interchange.export_app, name="export")
app.command("serve")(serve.serve)
app.command("worker")(serve.worker)
app.add_typer(github.app, name="github")
app.command("schema")(schema.schema)
app.command("schemas", hidden=True)(schema.schema)


def _version(asked: bool) -> None:
    if asked:
        print(f"fitgate {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    pass
