"""What keeps citizens apart from their data: keyed hashes to find by, masks to show."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path


def keyed_hash(key: bytes, value: str) -> str:
    """A hash by which a number or address can be found but not guessed without the key."""
    return hmac.new(key, value.strip().lower().encode(), hashlib.sha256).hexdigest()


def mask(value: str) -> str:
    """138****0832: enough to recognise a number, a name or an address, too little to use it."""
    if len(value) < 5:
        return value[:1] + "*" * (len(value) - 1)
    return value[:3] + "****" + value[-4:] if len(value) > 8 else value[:1] + "****" + value[-1:]


def secret(folder: Path, name: str) -> bytes:
    """The secret of that name under `folder/secrets`, made on first use; readable by us alone."""
    path = folder / "secrets" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if not path.exists():
        _create(path)
    return bytes.fromhex(path.read_text())


def has_secret(folder: Path, name: str) -> bool:
    """Whether the secret was made already, here or on the host it was copied from."""
    return (folder / "secrets" / name).exists()


def _create(path: Path) -> None:
    # Written aside and linked, so that two processes starting at once agree on one secret.
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    aside.touch(mode=0o600)
    aside.write_text(secrets.token_hex(32))
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
