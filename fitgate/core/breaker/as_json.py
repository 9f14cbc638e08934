"""A breaker as data: its state, its figure, its moves, what a reset lacks."""

from __future__ import annotations

from pydantic.types import JsonValue

from fitgate.core.acting import ACTING
from fitgate.core.breaker.resetting import Asked, lacking
from fitgate.core.breaker.walking import Move
from fitgate.core.breaker.watched import Watched
from fitgate.core.breaker.watching import Breakers
from fitgate.core.entries import moment
from fitgate.core.records import draft


def breaker_json(known: Breakers, watched: Watched, by: str | None = None) -> dict[str, JsonValue]:
    """Return a breaker as JSON values; for somebody who asks, what their reset lacks too."""
    breaker, where = watched.breaker, watched.environment
    walk, level = known.recorded(breaker, where), known.level(watched)
    trigger: dict[str, JsonValue] = breaker.when.model_dump(mode="json", exclude_defaults=True)
    document: dict[str, JsonValue] = {
        "name": breaker.name,
        "environment": where,
        "state": walk.state.value,
        "since": None if walk.since is None else moment(walk.since),
        "dry": watched.dry,
        "acts": watched.metric in ACTING,
        "then": breaker.then,
        "owner": breaker.owner or None,
        "when": trigger,
        "value": level.value,
        "limit": watched.limit,
        "yellow": watched.yellow,
        "over": level.over,
        "green": level.green,
        "beside": dict(level.beside),
        "waived_until": None if walk.waived_until is None else moment(walk.waived_until),
        "unattended": known.attended.unattended(breaker) or None,
        "not_written_down": [each.key for each in known.due(watched)],
    }
    if by is not None:
        missing = lacking(walk, level, known.entitled, Asked(by), known.as_of)
        document["reset_by"] = by
        document["reset_lacks"] = [each.what for each in missing]
        document["moves"] = [_move(told) for told in known.told.of(breaker.name, where)]
    return document


def _move(told: Move) -> dict[str, JsonValue]:
    made = draft(told.record, told.at, "-")
    return {"seq": told.seq, "at": moment(told.at), "kind": made.kind, **made.body}
