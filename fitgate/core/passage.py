"""How a landing came past the gates of its forge, as the forge tells of that moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fitgate.core.controls import Area

OwnCheck = Literal["passed", "not-passed", "absent", "later"]
"""How our own check stood on what landed: it succeeded, it said something else, there was none.

`later`: it was completed anew since the landing, so that it does not tell of then.
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """How a change came to land, beside what was judged of it; null: it was not observed.

    `check` is our own check as of the landing, never one that another App gave the same name.
    `past` are the forge's own rules that failed and were gone past, by their names there
    (`pull_request`, `non_fast_forward`, `environment`), and `by` who did. `areas` says where could
    be looked: what is hidden there is no "nothing".
    """

    check: OwnCheck | None = None
    past: tuple[str, ...] | None = None
    by: str | None = None
    areas: Mapping[str, Area] = field(default_factory=dict)


UNSEEN = Passage()
"""Of a clone, or where nobody looked: nothing is known of it."""
