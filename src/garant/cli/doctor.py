"""`garant doctor`: look at what is around the desk, and say what to change."""

from __future__ import annotations

import ipaddress
import json
import os
from dataclasses import asdict
from email.utils import parseaddr
from typing import Annotated
from urllib.parse import urlsplit

import typer

from garant.kit.mail_dns import DnsSettingError, desk_dns

app = typer.Typer(no_args_is_help=True)


@app.callback()
def doctor() -> None:
    """Look at what is around the desk, and say what to change."""


@app.command()
def mail(
    domain: Annotated[str, typer.Option(help="The domain; without it that of GARANT_MAIL_FROM.")] = "",
    selector: Annotated[list[str] | None, typer.Option(help="Name of the DKIM key (GARANT_DKIM_SELECTOR).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
) -> None:
    """SPF, DKIM, DMARC, MX and reverse names of the domain that mails come from; exit 1 when one is a problem."""
    from garant.kit.mail_doctor import PROBLEM, examined

    try:
        name, dns = _domain(domain), desk_dns()
    except (ValueError, DnsSettingError) as problem:
        typer.echo(f"garant doctor mail: {problem}", err=True)
        raise typer.Exit(1) from None
    told = selector or os.environ.get("GARANT_DKIM_SELECTOR", "").split()
    findings = examined(name, dns, told, _sender_host())
    if as_json:
        checks = [asdict(finding) for finding in findings]
        typer.echo(json.dumps({"domain": name, "checks": checks}, ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(finding.line())
    if any(finding.state == PROBLEM for finding in findings):
        raise typer.Exit(1)


def _domain(told: str) -> str:
    """The domain to look at. Raises ValueError."""
    from garant.kit.mail_trust import organisation

    name = told or parseaddr(os.environ.get("GARANT_MAIL_FROM", ""))[1].rpartition("@")[2]
    if not name:
        raise ValueError("set GARANT_MAIL_FROM to the address that mails come from, or name a --domain")
    if not organisation(name):
        raise ValueError(f"{name} is no domain that somebody owns")
    return name.strip().rstrip(".").casefold()


def _sender_host() -> str:
    """The mail server of GARANT_SMTP_URL where it is elsewhere; "" for one on this machine or in this network."""
    try:
        host = urlsplit(os.environ.get("GARANT_SMTP_URL", "")).hostname or ""
    except ValueError:
        return ""
    try:
        return host if ipaddress.ip_address(host).is_global else ""
    except ValueError:
        return host if "." in host and not host.endswith((".local", ".internal", ".localdomain")) else ""
