"""How often one address may do what costs us or lets one guess."""

from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter

# Custom (proposal): a family or an office behind one address is not in the way of itself.
SEND, LOOK, CHECK = "30 per hour", "30 per minute", "120 per minute"
REFUSED = (401, 404)
HOUSE = 64  # bits of an IPv6 address that a provider hands out at least


def _address() -> str:
    """Of IPv6 the network of a house: whoever has one address there has all of them."""
    given = request.remote_addr or ""
    try:
        address = ip_address(given)
    except ValueError:  # as a proxy put it; a unix socket has none
        return given
    if isinstance(address, IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ip_network((address, HOUSE), strict=False))


def _was_wrong(response: Response) -> bool:
    """Only guesses count: whoever knows the password or the query code may come as often."""
    return response.status_code in REFUSED


limiter = Limiter(
    _address,
    strategy="moving-window",
    # The queue counts for all processes; while it is away, each counts for itself.
    in_memory_fallback_enabled=True,
    key_prefix="hotline",
)


def guesses(view: Any) -> Any:
    """Limits wrong passwords and wrong query codes of one address."""
    return limiter.limit(LOOK, deduct_when=_was_wrong)(view)


def install(app: Flask, queue: str, options: dict[str, Any]) -> None:
    """Counts in the queue at this address, connected with these options."""
    app.config["RATELIMIT_STORAGE_URI"] = queue.replace("unix://", "redis+unix://")
    app.config["RATELIMIT_STORAGE_OPTIONS"] = options
    limiter.init_app(app)
