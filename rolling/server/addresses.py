"""Addresses: whether one is a loopback address, which no other machine can reach."""

import ipaddress


def is_loopback(host: str) -> bool:
    """True for a loopback address or name: 127.0.0.1, ::1, localhost.

    Of names only those reserved by RFC 6761 count; no name server is asked.
    """
    name = host.lower().removesuffix(".").removeprefix("[").removesuffix("]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
