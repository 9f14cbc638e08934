"""That GitHub asks to wait is no answer: 403 says so too, and nothing passes for hidden by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fitgate.adapters.github.deployments import Deployments
from fitgate.adapters.github.elsewhere import Elsewhere
from fitgate.adapters.github.line import Lines
from fitgate.adapters.github.pushes import Pushes
from fitgate.core.events import Happening, Pointer
from fitgate.errors import ForgeError
from tests.adapters.github.hosted import Hosted, hosted

MAIN = "refs/heads/main"


def deployment_of_a_run(here: Hosted) -> object:
    name = here.repo.full_name
    pointer = Pointer(
        Happening.PROPOSED, f"github:{here.repo.id}", name, "deployment",
        environment="production", run=here.repo.run("deploy", "main", by="carol").id,
    )  # fmt: skip
    return Deployments(here.session, name).number(pointer)


def way_back(here: Hosted) -> object:
    return Elsewhere(here.session, here.repo.full_name).look_up("deployment:production")


def push(here: Hosted) -> object:
    return Pushes(here.session).moved(here.repo.full_name, MAIN, here.repo.commit("main"))


def first_push(here: Hosted) -> object:
    return Lines(here.session, here.repo.full_name).pushed(MAIN, None, here.repo.commit("main"))


@pytest.mark.parametrize(
    ("on", "read"),
    [
        ("/actions/runs/{run_id}", deployment_of_a_run),
        ("/deployments", way_back),
        ("/activity", push),
        ("/activity", first_push),
    ],
)
def test_a_limit_is_an_error_and_no_permission_that_is_missing(
    on: str, read: Callable[[Hosted], object]
) -> None:
    with hosted() as here:
        here.twin.troubles.limit(f"GET /repos/{{owner}}/{{repo}}{on}", retry_after=3_600)
        with pytest.raises(ForgeError) as told:
            read(here)
        assert told.value.retry_after == 3_600
