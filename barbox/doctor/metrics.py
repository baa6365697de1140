"""`/metrics` for Prometheus: counted when asked, so that no order pays for it. Numbers only, nothing about people."""

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

import peewee
from aiohttp import web
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from barbox import __version__
from barbox.core.http import DATABASE, OPEN, Call, Routes
from barbox.core.hub import HUB
from barbox.core.statements import freeze
from barbox.doctor import box
from barbox.doctor.api import admit
from barbox.doctor.findings import WORST, Finding
from barbox.printing.models import PrintJob

routes = Routes("doctor")
_JOBS = freeze(PrintJob.select(PrintJob.state, peewee.fn.COUNT(PrintJob.id)).group_by(PrintJob.state))


class _Jobs(NamedTuple):
    state: str
    jobs: int


class _Seen(Collector):
    """What was seen at one moment, as Prometheus wants it told."""

    def __init__(self, app: web.Application, findings: list[Finding], jobs: list[_Jobs]) -> None:
        self._app = app
        self._findings = findings
        self._jobs = jobs

    def collect(self) -> Iterator[Metric]:
        database = self._app[DATABASE]
        clock = database.clock
        yield _gauge("barbox_up", "Whether orders can be taken", {"version": __version__}, float(database.healthy()))
        yield _gauge("barbox_journal_entries", "The journal's last sequence number", {}, database.seq)
        yield _gauge("barbox_live_listeners", "Tablets and screens that follow the live feed", {}, len(self._app[HUB]))
        yield _gauge(
            "barbox_clock_ahead_seconds", "How far business time waits for the true time", {}, clock.ahead / 1000
        )
        jobs = GaugeMetricFamily("barbox_print_jobs", "Print jobs by state", labels=["state"])
        for job in self._jobs:
            jobs.add_metric([job.state], job.jobs)
        yield jobs
        health = GaugeMetricFamily(
            "barbox_health", "What the doctor finds: 0 good, 1 not known, 2 look, 3 alarm", labels=["about"]
        )
        for finding in self._findings:
            health.add_metric([finding.about], len(WORST) - 1 - WORST.index(finding.state))
        yield health


@routes.get("/metrics", OPEN)
async def metrics(call: Call) -> web.Response:
    """The box in numbers, for Prometheus. Admins, and the box itself."""
    admit(call)
    app = call.request.app
    findings = await box.look(app)
    jobs = await call.db.read(_JOBS, _Jobs)
    registry = CollectorRegistry()
    registry.register(_Seen(app, findings, jobs))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    text = await asyncio.to_thread(generate_latest, registry)
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


def _gauge(name: str, about: str, labels: dict[str, str], value: float) -> Metric:
    family = GaugeMetricFamily(name, about, labels=list(labels))
    family.add_metric(list(labels.values()), value)
    return family
