"""What is counted of the service, as Prometheus reads it; no label is a stranger's text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from fitgate import __version__
from fitgate.errors import UpstreamError
from fitgate.ports import Queue

OTHER = "other"
"""Stands for every event that we do not know by its name."""
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LONG = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Counts:
    """The numbers of one process, in a registry of their own."""

    def __init__(self, queue: Queue) -> None:
        """Take the queue that is asked when somebody reads the numbers."""
        self.registry = CollectorRegistry()
        self._into: dict[str, Any] = {"registry": self.registry}
        into = self._into
        self.deliveries = Counter(
            "fitgate_deliveries", "Deliveries received.", ["event", "outcome"],
            **into,
        )  # fmt: skip
        self.receiving = Histogram(
            "fitgate_delivery_seconds", "From the first byte to the answer.",
            buckets=_QUICK, **into,
        )  # fmt: skip
        self.told = Counter(
            "fitgate_api_events", "Events told by the API.", ["kind", "outcome"],
            **into,
        )  # fmt: skip
        self.tasks = Counter(
            "fitgate_tasks", "Tasks and deliveries worked on.", ["job", "outcome"],
            **into,
        )  # fmt: skip
        self.working = Histogram(
            "fitgate_task_seconds", "What a task or delivery took.", ["job"],
            buckets=_LONG, **into,
        )  # fmt: skip
        build = Gauge("fitgate_build_info", "Which FITGate this is.", ["version"], **into)
        build.labels(__version__).set(1)
        self.registry.register(_Depth(queue))

    def tell_of(self, is_working: Callable[[], bool]) -> None:
        """Tell of a worker too; where there is none, none is told of."""
        up = Gauge("fitgate_worker_up", "1: a worker is at work.", **self._into)
        up.set_function(lambda: float(is_working()))


class _Depth(Collector):
    """How much waits, asked when somebody wants to know; what cannot be told is left out."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Ask nothing of the queue when the registry is made."""
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Yield how much is due, and how much was given up."""
        try:
            due, parked = self._queue.waiting(), len(self._queue.parked())
        except UpstreamError:
            return
        yield GaugeMetricFamily("fitgate_queue_due", "Due and not done yet.", value=due)
        yield GaugeMetricFamily("fitgate_queue_parked", "Failed each time; waits.", value=parked)
