"""`gryt attest`: statements that other tools can check."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from gryt.cli.context import App


@click.command(short_help="Write in-toto statements about a release")
@click.argument("name", metavar="VERSION|CANDIDATE")
@click.option(
    "--output", "-o", default="-", metavar="FILE", help="A bundle, such as v1.5.0.intoto.jsonl."
)
@click.option("--key", metavar="FILE", help="A private key, PEM or OpenSSH, to sign with (DSSE).")
@click.pass_obj
def attest(app: "App", name: str, output: str, key: str | None) -> None:
    """Write in-toto statements: test results, provenance, and for a release its verification.

    One JSON document a line; with --key each is a signed DSSE envelope.

    \b
    Example:
      gryt attest v1.5.0 --key attest.pem --output v1.5.0.intoto.jsonl
    """  # noqa: D301 - for click, a backspace keeps lines apart
    import json

    from gryt.cli.files import deliver
    from gryt.service.attest import attest as service

    attested = service(app.session, name, key=key)
    lines = (
        json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
        for document in attested.documents
    )
    deliver(app, output, lines)
