"""Whom to believe about the address and the scheme of a caller who comes by a proxy."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class BehindProxy:
    """Takes X-Forwarded-For and -Proto from the trusted addresses, and from nobody else.

    Only what the proxy itself added counts: the last address of X-Forwarded-For.
    """

    def __init__(self, app: "WSGIApplication", trusted: str) -> None:
        self._direct, self._forwarded = app, ProxyFix(app, x_for=1, x_proto=1)
        self._trusted = [ip_network(name.strip()) for name in trusted.split(",")]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        app = self._forwarded if self._trusts(environ["REMOTE_ADDR"]) else self._direct
        return app(environ, start_response)

    def _trusts(self, address: str) -> bool:
        try:
            caller = ip_address(address)
        except ValueError:  # a unix socket has none
            return False
        return any(caller in network for network in self._trusted)
