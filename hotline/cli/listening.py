"""The sockets that web and line listen on, opened before anything is started behind them."""

import errno
import socket
import time

from hotline.errors import HotlineError

# Words that stand for an address of each family; any other host is taken as it is.
BOTH = {"localhost": ("127.0.0.1", "::1"), "*": ("0.0.0.0", "::")}
# Signs that this machine has no IPv6, or has it switched off.
NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
# Seconds in which a server that was stopped just now gives its port back.
PATIENCE = 6.0


class CannotListen(HotlineError):
    code, status = "cannot-listen", 500


def listen(host: str, port: int, *, setting: str) -> list[socket.socket]:
    """A socket for each address of the host; `setting` is what the port is called in a refusal."""
    try:
        if host in BOTH:
            ipv4, ipv6 = BOTH[host]
            return [_bound(ipv4, port), *_bound_if_possible(ipv6, port)]
        return [_bound(address, port) for address in _addresses(host)]
    except OSError as error:
        raise CannotListen(_sentence(error, host, port, setting)) from error


def _addresses(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _bound_if_possible(ipv6: str, port: int) -> list[socket.socket]:
    try:
        return [_bound(ipv6, port)]
    except OSError as error:
        if error.errno in NO_IPV6:
            return []
        raise


def _bound(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_server((address, port), family=family)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
        time.sleep(0.2)


def _sentence(error: OSError, host: str, port: int, setting: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"端口 {port} 已被占用：可能本系统已在运行，或被其他程序使用。"
            f"请先停止它，或用 {setting} 另设端口。"
        )
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {port}，请用 {setting} 另设 1024 以上的端口。"
    return f"本机不能在地址「{host}」上监听（{error.strerror}），请检查 HOTLINE_HOST。"
