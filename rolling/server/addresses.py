"""Addresses: whether one is this machine's own, which no other machine reaches."""

import ipaddress


def is_loopback(host: str) -> bool:
    """True for an address or a name that is this machine's alone: 127.0.0.1, ::1, localhost.

    Of names only those count that are so by decree (RFC 6761), whatever a name server says.
    """
    name = host.lower().removesuffix(".").removeprefix("[").removesuffix("]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
