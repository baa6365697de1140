"""Real mDNS on the loopback interface: two boxes, and somebody looking for them."""

import asyncio
import uuid
from collections.abc import Callable
from functools import partial

from zeroconf import DNSQuestionType, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from barbox.discovery import (
    BOX_TYPE,
    LOOPBACK,
    WEB_TYPE,
    Advertiser,
    Announcement,
    FoundBox,
    advertised,
    discover,
    local_addresses,
)

on_loopback = partial(advertised, interfaces=[LOOPBACK], poll_seconds=0.05)
PATIENCE = 60.0


def a_box(name: str, host: str, port: int = 8080) -> Announcement:
    return Announcement(uuid.uuid4().hex, name, store="Old Town", version="0.1.0", port=port, host=host)


def a_host_name() -> str:
    """Tests run side by side, and all hear the same loopback: each has host names of its own."""
    return f"bar{uuid.uuid4().hex[:10]}"


async def box_when(box_id: str, true: Callable[[FoundBox], bool]) -> FoundBox:
    """Looks around until the box is found and is as expected."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for box in await discover(1.0, interfaces=[LOOPBACK]):
                if box.box_id == box_id and true(box):
                    return box


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 (what is awaited is another machine's doing)
            await asyncio.sleep(0.02)


class Neighbourhood:
    """Somebody who listens the whole time, and notes who came and who said goodbye."""

    def __init__(self) -> None:
        self.present: set[str] = set()
        self.gone: set[str] = set()

    def heard(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is ServiceStateChange.Removed:
            self.present.discard(name)
            self.gone.add(name)
        else:
            self.present.add(name)


async def test_a_waiter_looking_for_the_box_finds_its_name_and_address() -> None:
    announcement = a_box("小酒馆 No. 8", a_host_name(), port=8081)
    async with on_loopback(announcement, addresses=lambda: ["192.0.2.8"]) as box:
        assert await box.published() == f"{announcement.host}.local"
        found = await box_when(announcement.box_id, lambda _: True)
    assert found == FoundBox(
        box_id=announcement.box_id,
        name="小酒馆 No. 8",
        store="Old Town",
        version="0.1.0",
        host=f"{announcement.host}.local",
        addresses=("192.0.2.8",),
        port=8081,
        tls_port=0,
        path="/",
    )
    assert found.url == "http://192.0.2.8:8081/"


async def test_the_second_box_takes_the_next_free_name_and_tells_it_to_be_kept() -> None:
    host = a_host_name()
    kept: list[str] = []
    first, second = a_box("Upstairs", host), a_box("Downstairs", host)
    async with on_loopback(first, addresses=lambda: ["192.0.2.1"]) as one:
        await one.published()
        async with advertised(second, addresses=lambda: ["192.0.2.2"], on_host=kept.append) as two:
            assert await two.published() == f"{host}-2.local"
            assert one.host == f"{host}.local"
            assert kept == [f"{host}-2"]
            seen = await box_when(second.box_id, lambda _: True)
            assert (seen.host, seen.addresses) == (f"{host}-2.local", ("192.0.2.2",))


async def test_a_name_that_was_wished_for_again_is_taken_first() -> None:
    host = a_host_name()
    async with on_loopback(a_box("B", f"{host}-4"), addresses=lambda: ["192.0.2.4"]) as box:
        assert await box.published() == f"{host}-4.local"


async def test_two_boxes_switched_on_at_the_same_moment_end_up_with_two_names() -> None:
    host = a_host_name()
    async with (
        on_loopback(a_box("A", host), addresses=lambda: ["192.0.2.11"]) as one,
        on_loopback(a_box("B", host), addresses=lambda: ["192.0.2.12"]) as two,
    ):
        names: Callable[[], set[str]] = lambda: {one.host, two.host}  # noqa: E731
        await until(lambda: names() == {f"{host}.local", f"{host}-2.local"})
        assert two.host == f"{host}.local", "the higher address keeps the name"


async def test_a_new_address_from_the_router_is_followed() -> None:
    addresses = ["192.0.2.20"]
    announcement = a_box("Corner", a_host_name())
    async with on_loopback(announcement, addresses=lambda: list(addresses)) as box:
        await box.published()
        await box_when(announcement.box_id, lambda found: found.addresses == ("192.0.2.20",))
        addresses[:] = ["192.0.2.21"]
        found = await box_when(announcement.box_id, lambda found: found.addresses == ("192.0.2.21",))
        assert found.host == f"{announcement.host}.local", "the box does not take its own old address for a stranger"


async def test_the_sockets_move_with_the_box_to_another_network() -> None:
    addresses = ["127.0.0.1"]
    announcement = a_box("Moved", a_host_name())
    async with advertised(announcement, addresses=lambda: list(addresses), poll_seconds=0.05) as box:
        await box.published()
        addresses[:] = ["127.0.0.2"]
        await box_when(announcement.box_id, lambda found: found.addresses == ("127.0.0.2",))


async def test_a_bar_that_is_renamed_is_found_under_its_new_name() -> None:
    announcement = a_box("Old name", a_host_name())
    async with on_loopback(announcement, addresses=lambda: ["192.0.2.30"]) as box:
        await box.published()
        box.announce(Announcement(announcement.box_id, "新名字", "Old Town", "0.1.0", 8080, host=announcement.host))
        found = await box_when(announcement.box_id, lambda found: found.name == "新名字")
        assert found.host == f"{announcement.host}.local"


async def test_a_box_that_stops_says_goodbye_for_both_services() -> None:
    neighbours = Neighbourhood()
    announcement = a_box(f"Closing time {uuid.uuid4().hex[:8]}", a_host_name())
    ours = {f"{announcement.name}.{kind}" for kind in (BOX_TYPE, WEB_TYPE)}
    async with (
        AsyncZeroconf(interfaces=[LOOPBACK], ip_version=IPVersion.V4Only) as network,
        AsyncServiceBrowser(
            network.zeroconf,
            [BOX_TYPE, WEB_TYPE],
            handlers=[neighbours.heard],
            question_type=DNSQuestionType.QM,
        ),
    ):
        async with on_loopback(announcement, addresses=lambda: ["192.0.2.40"]):
            await until(lambda: ours <= neighbours.present)
        await until(lambda: ours <= neighbours.gone)


async def test_a_box_without_a_network_goes_on_and_is_found_once_there_is_one() -> None:
    network_is_there = False

    def addresses() -> list[str]:
        if not network_is_there:
            raise OSError("no network")
        return ["192.0.2.50"]

    announcement = a_box("Plugged in later", a_host_name())
    async with on_loopback(announcement, addresses=addresses) as box:
        await asyncio.sleep(0)
        assert box.host == ""
        network_is_there = True
        await box_when(announcement.box_id, lambda found: found.addresses == ("192.0.2.50",))


async def test_a_long_name_with_dots_is_shortened_for_the_label_only() -> None:
    name = "The Extraordinarily Long-Named Bar of St. Somebody, Cellar and Roof Terrace"
    announcement = a_box(name, a_host_name())
    async with on_loopback(announcement, addresses=lambda: ["192.0.2.60"]):
        found = await box_when(announcement.box_id, lambda _: True)
    assert found.name == name


def test_the_box_always_has_an_address_to_give() -> None:
    assert local_addresses()


def test_nothing_is_held_before_the_network_was_asked() -> None:
    box = Advertiser(a_box("Quiet", "quiet"), [LOOPBACK], local_addresses, 0.05, lambda _: None)
    assert box.host == ""
