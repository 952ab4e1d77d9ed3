"""`gryt compliance`: what the records are evidence of."""

from typing import TYPE_CHECKING

import click

from gryt.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gryt.cli.context import App
    from gryt.service.compliance import Report

_BY_SUFFIX = {"html": "html", "htm": "html", "json": "json", "md": "md", "markdown": "md"}


@click.command(short_help="Report what the records are evidence of")
@options.output
@click.option(
    "--format",
    "kind",
    type=click.Choice(["html", "json", "md", "oscal"]),
    help="Instead of what the file's name says; html where it says nothing.",
)
@options.period
@click.option(
    "--strict", is_flag=True, help="Exit with 1 where anything is not met, or nothing is."
)
@click.option("--include-800-53", "additional", is_flag=True, help="Also SP 800-53 controls.")
@click.option("--ssdf", is_flag=True, help="Also the tasks of the SSDF.")
@click.pass_obj
def compliance(
    app: "App",
    *,
    output: str,
    kind: str | None,
    since: str | None,
    until: str | None,
    strict: bool,
    additional: bool,
    ssdf: bool,
) -> int:
    """Judge the controls of NIST SP 800-161 by the records of this repository.

    \b
    Example:
      gryt compliance --output compliance.html
    """  # noqa: D301 - for click, a backspace keeps lines apart
    from gryt.cli.files import deliver
    from gryt.model.compliance.evidence import Period
    from gryt.render.compliance import gaps, meets_something, sections, statuses
    from gryt.service.compliance import compliance as service

    report = service(app.session, Period(since, until), additional=additional, ssdf=ssdf)
    form = kind or _BY_SUFFIX.get(output.rpartition(".")[2].lower(), "html")
    deliver(app, output, _rendered(report, form))
    for framework, found in sections(report):
        counts = ", ".join(f"{number} {status}" for status, number in statuses(found).items())
        app.say(f"{framework.value}: {counts}")
    return 1 if strict and (gaps(report) or not meets_something(report)) else 0


def _rendered(report: "Report", form: str) -> "Iterable[str]":
    import json
    from itertools import chain

    from gryt.render import compliance, oscal

    encode = json.JSONEncoder(ensure_ascii=False, indent=2).iterencode
    match form:
        case "json":
            return chain(encode(compliance.report_document(report)), "\n")
        case "oscal":
            return chain(encode(oscal.oscal_document(report)), "\n")
        case "md":
            return [compliance.report_markdown(report)]
    from gryt.render.compliance_html import report_html

    return [report_html(report)]
