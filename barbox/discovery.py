"""mDNS: the box tells the network "here I am", and finds other boxes.

It advertises `_barbox._tcp.local.` and `_http._tcp.local.` (RFC 6763) and answers for one host name:
`barbox.local`, or the next free `barbox-2.local` … when another machine already has it (RFC 6762, sections 8
and 9).
zeroconf is imported when it is first needed: the import takes longer than opening the till.
"""

import asyncio
import contextlib
import importlib
import ipaddress
import logging
import re
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ifaddr

if TYPE_CHECKING:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

log = logging.getLogger(__name__)

BOX_TYPE = "_barbox._tcp.local."
WEB_TYPE = "_http._tcp.local."
API_VERSION = "1"
LOOPBACK = "127.0.0.1"

# Answers may be held back for up to a second after the same record was last sent (RFC 6762, section 6).
_PROBE_MS = 1500
# Other machines, and our own cache, may believe an address we had for its time to live (120 s) and longer.
_REMEMBERED_SECONDS = 240.0
_INSIST_TIMES = 5
_LABEL_BYTES = 63
_TEXT_BYTES = 200
# Bridges and tunnels of the box itself: no tablet can reach it there.
_INNER_INTERFACES = ("docker", "veth", "br-", "virbr", "lxc", "tun", "tap", "wg", "tailscale")


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the box tells about itself. Nothing secret: everyone on the network can read it.

    `name` is the bar's name, shown to people; `host` the host name wished for, without `.local` (a box that
    had to take `barbox-2` asks for that again after a restart); `tls_port` is 0 where there is no HTTPS.
    """

    box_id: str
    name: str
    store: str
    version: str
    port: int
    tls_port: int = 0
    host: str = "barbox"


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A box found on the network, as it describes itself."""

    box_id: str
    name: str
    store: str
    version: str
    host: str
    addresses: tuple[str, ...]
    port: int
    tls_port: int
    path: str

    @property
    def url(self) -> str:
        """The address to open in a browser, by IP where one is known: `.local` fails on many Androids."""
        return f"http://{self.addresses[0] if self.addresses else self.host}:{self.port}{self.path}"


def local_addresses() -> tuple[str, ...]:
    """The box's IPv4 addresses that others may reach; loopback alone when there is no network."""
    usable = [ip for interface, ip in _interfaces() if not interface.startswith(_INNER_INTERFACES)]
    routable = [ip for ip in usable if not (ip.is_loopback or ip.is_link_local)]
    link_local = [ip for ip in usable if ip.is_link_local]
    return tuple(str(ip) for ip in routable or link_local) or (LOOPBACK,)


@contextlib.asynccontextmanager
async def advertised(
    announcement: Announcement,
    *,
    interfaces: Sequence[str] = (),
    addresses: Callable[[], Sequence[str]] = local_addresses,
    poll_seconds: float = 5.0,
    on_host: Callable[[str], object] = lambda _host: None,
) -> AsyncIterator["Advertiser"]:
    """Advertises the box for as long as the block runs, then says goodbye.

    Returns at once: announcing happens beside, and goes on trying while there is no network.
    `interfaces` are the addresses of the interfaces to speak on (default: those of `addresses()`). `on_host`
    is told each host name taken (without `.local`), so that the next start can wish for it.
    """
    advertiser = Advertiser(announcement, interfaces, addresses, poll_seconds, on_host)
    task = asyncio.create_task(advertiser.run(), name="mdns")
    try:
        yield advertiser
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class Advertiser:
    """Keeps the network's picture of this box true while `run` runs; use `advertised` rather than this."""

    def __init__(
        self,
        announcement: Announcement,
        interfaces: Sequence[str],
        addresses: Callable[[], Sequence[str]],
        poll_seconds: float,
        on_host: Callable[[str], object],
    ) -> None:
        self._announcement = announcement
        self._interfaces = interfaces
        self._addresses = addresses
        self._poll_seconds = poll_seconds
        self._on_host = on_host
        self._host = ""
        self._published = asyncio.Event()
        self._changed = asyncio.Event()

    @property
    def host(self) -> str:
        """The host name now held, such as `barbox.local`; empty until one is."""
        return f"{self._host}.local" if self._host else ""

    async def published(self) -> str:
        """Waits until the box has been announced, and returns its host name."""
        await self._published.wait()
        return self.host

    def announce(self, announcement: Announcement) -> None:
        """Tells something else from now on (the bar was renamed, a port changed)."""
        self._announcement = announcement
        self._changed.set()

    async def run(self) -> None:
        """Advertises until cancelled; starts afresh, quietly, whenever the network refuses."""
        await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")
        from zeroconf import Error

        while True:
            try:
                await self._serve()
            except (OSError, Error, RuntimeError) as problem:
                log.debug("mDNS is not possible now: %s", problem)
            self._published.clear()
            await asyncio.sleep(self._poll_seconds)

    async def _serve(self) -> None:
        from zeroconf import IPVersion
        from zeroconf.asyncio import AsyncZeroconf

        addresses = tuple(self._addresses())
        sockets = list(self._interfaces or addresses)
        async with AsyncZeroconf(interfaces=sockets, ip_version=IPVersion.V4Only) as network:
            presence = _Presence(network, addresses)
            await self._take_host(presence)
            while True:
                addresses = tuple(self._addresses())
                if addresses != presence.addresses:
                    await presence.move(addresses, list(self._interfaces or addresses))
                if presence.must_yield(self._host):
                    await self._take_host(presence)
                await presence.publish(self._announcement, self._host)
                self._published.set()
                await self._pause()

    async def _take_host(self, presence: "_Presence") -> None:
        host = await presence.free_host(self._host or self._announcement.host)
        if host != self._host:
            self._host = host
            log.info("On the network as %s.local", host)
            self._on_host(host)

    async def _pause(self) -> None:
        self._changed.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds):
                await self._changed.wait()


class _Presence:
    """What the network has been told of us through one set of sockets."""

    def __init__(self, network: "AsyncZeroconf", addresses: tuple[str, ...]) -> None:
        self.addresses = addresses
        self._network = network
        self._services: dict[str, AsyncServiceInfo] = {}
        self._wished: dict[str, str] = {}
        self._told: tuple[Announcement, str, tuple[str, ...]] | None = None
        self._ours: dict[str, float] = {}
        self._insisted = 0

    async def free_host(self, wished: str) -> str:
        """The first host name, from the wished one on, that no other machine answers for."""
        from zeroconf import AddressResolverIPv4, DNSQuestionType

        for host in _hosts_from(wished):
            # Asked by multicast: a unicast answer could go to another program on this machine's port 5353.
            question = AddressResolverIPv4(f"{host}.local.")
            await question.async_request(self._network.zeroconf, _PROBE_MS, DNSQuestionType.QM)
            if not self._strangers(host):
                return host
        raise AssertionError("host names do not run out")

    def must_yield(self, host: str) -> bool:
        """Whether another machine answers for our host name and has the better claim to it.

        Of two that both took the name (they started together, or were joined by a cable later), the one with
        the higher address keeps it, as in RFC 6762, section 8.2, and says so again; the other takes the next
        name. A machine that never gives way although it should gets the name in the end.
        """
        strangers = self._strangers(host)
        if not strangers:
            self._insisted = 0
            return False
        highest_of_ours = max(ipaddress.IPv4Address(address) for address in self.addresses)
        if max(strangers) > highest_of_ours or self._insisted == _INSIST_TIMES:
            log.warning("Another machine is also called %s.local: taking another name", host)
            self._insisted = 0
            return True
        self._insisted += 1
        self._told = None
        return False

    async def move(self, addresses: tuple[str, ...], sockets: list[str]) -> None:
        """Follows the box to other addresses; what was told there before is told again by `publish`."""
        log.info("The box's addresses are now %s", ", ".join(addresses))
        self._remember_ours()
        self.addresses = addresses
        await self._network.async_update_interfaces(interfaces=sockets)

    async def publish(self, announcement: Announcement, host: str) -> None:
        """Makes the network's picture that of the announcement; sends nothing where it is so already."""
        telling = (announcement, host, self.addresses)
        if telling == self._told:
            return
        await asyncio.gather(*(self._register(kind, announcement, host) for kind in (BOX_TYPE, WEB_TYPE)))
        self._told = telling

    async def _register(self, kind: str, announcement: Announcement, host: str) -> None:
        instance = _label(announcement.name)
        known = self._services.get(kind)
        if known is not None and self._wished[kind] == instance:
            info = _service(kind, known.name, announcement, host, self.addresses)
            self._services[kind] = info
            await (await self._network.async_update_service(info))
            return
        if known is not None:
            await (await self._network.async_unregister_service(known))
        info = _service(kind, f"{instance}.{kind}", announcement, host, self.addresses)
        announced = await self._network.async_register_service(info, allow_name_change=True)
        self._services[kind] = info
        self._wished[kind] = instance
        await announced

    def _remember_ours(self) -> None:
        now = time.monotonic()
        self._ours = {address: until for address, until in self._ours.items() if until > now}
        self._ours |= dict.fromkeys(self.addresses, now + _REMEMBERED_SECONDS)

    def _strangers(self, host: str) -> set[ipaddress.IPv4Address]:
        """Addresses given for the host name that are not, and lately were not, this machine's."""
        from zeroconf import DNSAddress, current_time_millis

        self._remember_ours()
        ours = {ipaddress.IPv4Address(address) for address in self._ours} | {ip for _, ip in _interfaces()}
        now = current_time_millis()
        return {
            ipaddress.IPv4Address(record.address)
            for record in self._network.zeroconf.cache.entries_with_name(f"{host}.local.")
            if isinstance(record, DNSAddress) and len(record.address) == 4 and not record.is_expired(now)
        } - ours


async def discover(timeout: float = 3.0, *, interfaces: Sequence[str] = ()) -> list[FoundBox]:
    """The boxes that answer within `timeout` seconds, by name. Raises OSError where there is no network."""
    await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")
    from zeroconf import DNSQuestionType, IPVersion, ServiceStateChange
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

    # Asked by multicast, as in free_host.
    aloud = DNSQuestionType.QM
    names: set[str] = set()

    def heard(zeroconf: "Zeroconf", service_type: str, name: str, state_change: "ServiceStateChange") -> None:  # noqa: ARG001
        if state_change is ServiceStateChange.Removed:
            names.discard(name)
        else:
            names.add(name)

    sockets = list(dict.fromkeys(interfaces or (*local_addresses(), LOOPBACK)))
    async with AsyncZeroconf(interfaces=sockets, ip_version=IPVersion.V4Only) as network:
        async with AsyncServiceBrowser(network.zeroconf, BOX_TYPE, handlers=[heard], question_type=aloud):
            await asyncio.sleep(timeout)
        details = [AsyncServiceInfo(BOX_TYPE, name) for name in names]
        resolved = await asyncio.gather(*(info.async_request(network.zeroconf, 1500, aloud) for info in details))
    found = (_found(info) for info, answered in zip(details, resolved, strict=True) if answered)
    return sorted(found, key=lambda box: (box.name, box.box_id))


def _found(info: "AsyncServiceInfo") -> FoundBox:
    text = {key: value or "" for key, value in info.decoded_properties.items()}
    tls = text.get("tls", "")
    return FoundBox(
        box_id=text.get("id", ""),
        name=text.get("name", "") or info.get_name(),
        store=text.get("store", ""),
        version=text.get("version", ""),
        host=(info.server or "").rstrip("."),
        addresses=tuple(info.parsed_addresses()),
        port=info.port or 0,
        tls_port=int(tls) if tls.isdecimal() else 0,
        path=text.get("path", "/"),
    )


def _service(
    kind: str, name: str, announcement: Announcement, host: str, addresses: Sequence[str]
) -> "AsyncServiceInfo":
    from zeroconf.asyncio import AsyncServiceInfo

    text: dict[str | bytes, str | bytes | None] = {
        "txtvers": "1",  # first, as RFC 6763 section 6.7 asks
        "id": announcement.box_id,
        "name": _shortened(announcement.name, _TEXT_BYTES),
        "version": announcement.version,
        "store": _shortened(announcement.store, _TEXT_BYTES),
        "path": "/",
        "tls": str(announcement.tls_port),
        "api": API_VERSION,
    }
    return AsyncServiceInfo(
        kind,
        name,
        server=f"{host}.local.",
        addresses=[socket.inet_aton(address) for address in addresses],
        port=announcement.port,
        properties=text,
    )


def _hosts_from(wished: str) -> Iterator[str]:
    """`barbox`, `barbox-2`, `barbox-3` …; from `barbox-4` on where that was wished."""
    stem, _, number = wished.rpartition("-")
    if not (stem and number.isdecimal()):
        stem, number = wished, "1"
    for n in range(int(number), 1_000_000):
        yield stem if n < 2 else f"{stem}-{n}"


def _label(name: str) -> str:
    """The bar's name as a DNS-SD instance label: no dots (zeroconf would split there), at most 63 bytes."""
    clean = re.sub(r"[\x00-\x1f\x7f.]+", " ", name).strip() or "Barbox"
    return _shortened(clean, _LABEL_BYTES - len("-99"))


def _shortened(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore").rstrip()


def _interfaces() -> Iterator[tuple[str, ipaddress.IPv4Address]]:
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            if ip.is_IPv4:
                yield adapter.nice_name, ipaddress.IPv4Address(str(ip.ip))
