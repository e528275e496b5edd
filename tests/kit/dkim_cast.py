"""Keys and signed messages of the tests' own."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache
from typing import Any

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

MESSAGE = (
    b"From: Ann <ann@customer.example>\r\nTo: support@desk.example\r\nSubject: It does not start\r\n"
    b"Message-ID: <one@customer.example>\r\nDate: Fri, 27 Nov 2026 10:00:00 +0000\r\n\r\nSince this morning.\r\n"
)


@dataclass(frozen=True)
class Key:
    """A key pair: what a signer has, and what DNS says."""

    private: bytes
    record: bytes


def key(bits: int = 2048) -> Key:
    """The key of so many bits, made once."""
    return _made(bits)


@cache
def _made(bits: int) -> Key:
    made = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    private = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = made.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Key(private, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public))


def signed(raw: bytes = MESSAGE, domain: str = "customer.example", bits: int = 2048, **how: Any) -> bytes:
    """The message with a signature of the domain's under the selector `mail`."""
    return bytes(dkim.sign(raw, b"mail", domain.encode(), key(bits).private, **how)) + raw
