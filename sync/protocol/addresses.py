"""As whom an address is counted, where there is a limit for each."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

_IPV6_PREFIX: Final = 64
"""What one connection is given (RFC 6177, 2)."""


def counted_as(address: str) -> str:
    """The address; of IPv6 its /64, of an IPv4 address written as IPv6 that one, and as it is what is no address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed), _IPV6_PREFIX), strict=False))
    return str(parsed)
