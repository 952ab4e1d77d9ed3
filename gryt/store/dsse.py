"""Signing attestations: DSSE envelopes (https://github.com/secure-systems-lab/dsse).

The library is an extra: `pip install 'gryt[attest]'`. A key is a private key file, PEM or OpenSSH,
without a passphrase.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gryt.errors import InvalidInput, NotFound, Refused

if TYPE_CHECKING:
    from securesystemslib.signer._crypto_signer import CryptoSigner

_MAX_KEY_BYTES = 64 * 1024


def envelopes(
    statements: Iterable[Mapping[str, object]], key: str, *, payload_type: str
) -> list[Mapping[str, object]]:
    """Return each statement in an envelope that the key signed.

    Raises NotFound and InvalidInput for a key that is not there or not one, and Refused where the
    extra is not installed.
    """
    signer = _signer(key)
    from securesystemslib.dsse import Envelope  # lazy: an extra

    signed: list[Mapping[str, object]] = []
    for statement in statements:
        payload = json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode()
        envelope = Envelope(payload, payload_type, {})
        envelope.sign(signer)
        signed.append(envelope.to_dict())
    return signed


def _signer(name: str) -> "CryptoSigner":
    try:
        from cryptography.hazmat.primitives.serialization import (  # lazy: an extra
            load_pem_private_key,
            load_ssh_private_key,
        )
        from securesystemslib.signer._crypto_signer import CryptoSigner  # lazy: an extra
    except ImportError:
        raise Refused(
            "signing attestations needs an extra that is not installed",
            hints=["pip install 'gryt[attest]'", "without --key, statements are not signed"],
        ) from None
    try:
        data = Path(name).expanduser().read_bytes()[:_MAX_KEY_BYTES]
    except OSError as error:
        raise NotFound(f"cannot read the key '{name}': {error.strerror}") from None
    load = load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else load_pem_private_key
    try:
        return CryptoSigner(load(data, password=None))
    except TypeError:
        raise InvalidInput(
            f"the key '{name}' has a passphrase, which gryt does not ask for"
        ) from None
    except ValueError:
        raise InvalidInput(
            f"'{name}' is no private key that can sign",
            hints=["openssl genpkey -algorithm ed25519 -out attest.pem"],
        ) from None
