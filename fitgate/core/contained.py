"""What a deployment is beside a change: what it puts into effect, where from, and how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import ConfigDict

from fitgate.core.policy import ChangeClass, Layer
from fitgate.core.values import Instant

STRICT = ConfigDict(extra="forbid")
_SKEW = timedelta(minutes=2)  # two clocks may differ by this much: nobody is accused for less


@dataclass(frozen=True, slots=True)
class Contained:
    """A change that a deployment puts into effect, or takes out again (`undone`).

    `commit` is where it landed, `base` the commit before it, `ref` the branch, `at` when. What it
    is was told by the `ledger`, or judged by its `diff`; `is_io` null: it could not be told, `why`
    says why.
    """

    __pydantic_config__ = STRICT
    change: str
    kind: Literal["pull", "push"]
    commit: str
    base: str | None = None
    number: int | None = None
    ref: str | None = None
    at: Instant | None = None
    undone: bool = False
    told: Literal["ledger", "diff"] | None = None
    is_io: bool | None = None
    categories: tuple[str, ...] = ()
    classes: tuple[ChangeClass, ...] = ()
    io_sr: tuple[int, ...] = ()
    layer: Layer | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Deployment:
    """How a deployment stands, and what it changes.

    `contains` null: not known, the facts' `unknown` say why. `previous` is the commit that the last
    good deployment left there, `good_at` when the deployed commit was there itself before.
    `exposure` is in percent. `state` is the host's own word. `gated`: the environment asks us; null
    is not known. `run`: the workflow run that waits for the answer; null: nothing waits, as for a
    deployment by the API. `started_at` is when the host let it go on, `ended_at` when it first went
    well, or else failed.
    """

    __pydantic_config__ = STRICT
    asked_at: Instant
    contains: tuple[Contained, ...] | None = None
    previous: str | None = None
    good_at: Instant | None = None
    exposure: float | None = None
    state: str = ""
    gated: bool | None = None
    run: int | None = None
    started_at: Instant | None = None
    ended_at: Instant | None = None

    def went_past(self, let_go: Iterable[datetime]) -> bool:
        """Say whether it went on although it was to wait for us and we had not let it go by then.

        `let_go` are the moments at which we would have. Where it is not known that the environment
        asks us, or that the deployment ever started, nobody is accused.
        """
        if self.gated is not True or self.started_at is None:
            return False
        latest = self.started_at + _SKEW
        return not any(at <= latest for at in let_go)
