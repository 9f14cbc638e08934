"""What work is called, where somebody reads of it."""

from __future__ import annotations

import pytest

from fitgate.core.work import Job, Task, called
from tests.builders import NOW


@pytest.mark.parametrize(
    ("job", "key", "said"),
    [
        ("look", "github:1#7", "look github:1#7"),
        ("reconcile", "reconcile", "reconcile"),
        ("reconcile", "reconcile!deliveries", "reconcile!deliveries"),
    ],
)
def test_a_task_is_called_by_its_job_and_by_what_it_is_of_each_once(
    job: Job, key: str, said: str
) -> None:
    assert called(Task(job, key, "", NOW)) == said
