"""Is it there, can it work, and how much does it do."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO

from fitgate import __version__
from fitgate.entrypoints.web import Rooms
from fitgate.entrypoints.web.counting import Counts
from fitgate.errors import QueueError
from tests.builders import NOW
from tests.memory_queue import MemoryQueue
from tests.web.conftest import Front, serving
from tests.web.test_hooks import PULL


@dataclass
class Away(MemoryQueue):
    """A queue whose database is away."""

    def waiting(self) -> int:
        raise QueueError("postgresql://fitgate@db/fitgate: cannot be reached.")


def test_a_process_that_answers_is_alive_whatever_its_database_does() -> None:
    with serving(Away(lambda: NOW)) as http:
        answer = http.get("/healthz")
    assert answer.json() == {"alive": True, "version": __version__}


def test_a_service_is_ready_while_its_database_answers(service: Front) -> None:
    answer = service.http.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "database": True})


def test_a_service_without_its_database_is_not_ready_and_logs_why(written: StringIO) -> None:
    with serving(Away(lambda: NOW)) as http:
        answer = http.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "database": False})
        numbers = http.get("/metrics")
    assert numbers.status_code == 200
    assert "fitgate_queue_due " not in numbers.text
    assert "cannot be reached" in written.getvalue()


def test_a_worker_that_is_gone_makes_a_service_unready() -> None:
    queue = MemoryQueue(lambda: NOW)
    counts = Counts(queue)
    counts.tell_of(lambda: False)
    with serving(queue, rooms=Rooms(counts, is_working=lambda: False)) as http:
        answer = http.get("/readyz")
        assert answer.json() == {"ready": False, "database": True, "worker": False}
        assert "fitgate_worker_up 0.0" in http.get("/metrics").text


def test_deliveries_are_counted_by_event_and_outcome(service: Front) -> None:
    service.send("pull_request", PULL)
    service.send("pull_request", PULL)
    service.send("pull_request", PULL, X_Hub_Signature_256=None)
    service.send("pull_request", b"{")
    service.send("made_up_by_a_stranger", b"{}", X_Hub_Signature_256="sha256=0")
    told = {
        (event, outcome): service.number(
            f'fitgate_deliveries_total{{event="{event}",outcome="{outcome}"}}'
        )
        for event, outcome in (
            ("pull_request", "accepted"), ("pull_request", "unsigned"),
            ("pull_request", "not-json"), ("other", "unsigned"),
        )
    }  # fmt: skip
    assert [*told.values()] == [2, 1, 1, 1]
    assert "made_up" not in service.http.get("/metrics").text
    assert service.number("fitgate_queue_due") == 1
    assert service.number("fitgate_queue_parked") == 0
    assert service.number("fitgate_delivery_seconds_count") == 5
    assert service.number("fitgate_worker_up") is None
