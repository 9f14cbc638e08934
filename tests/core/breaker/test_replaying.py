"""When breakers would have tripped, for how long, and what landed meanwhile."""

from __future__ import annotations

from datetime import timedelta

from fitgate.core.breaker.replaying import Episode, episode_json, replay
from fitgate.core.records.changes import PassedBy
from tests.breakers import BYPASSED, LATE, ledger_with, policy_with, told
from tests.builders import DAY, HOUR, NOW
from tests.chronicles import closed, landed

SECOND = timedelta(seconds=1)
HISTORY = (
    *(landed(f"c{n}", NOW - (60 - n) * DAY) for n in range(3)),
    landed("c3", NOW - 54 * DAY),
    closed("c3", NOW - 53 * DAY),
    *(closed(f"c{n}", NOW - 50 * DAY) for n in range(3)),
    landed("c4", NOW - 40 * DAY, bypasses=(PassedBy("direct-push"),)),
    closed("c4", NOW - 39 * DAY),
    landed("c5", NOW - 36 * DAY),
    closed("c5", NOW - 35 * DAY),
    landed("c6", NOW - 2 * HOUR, bypasses=(PassedBy("direct-push"),)),
)


def test_a_replay_says_when_for_how_long_and_what_fell_into_it() -> None:
    late, bypassed = replay(policy_with(LATE, BYPASSED), told(ledger_with(*HISTORY)), NOW)
    tripped = NOW - 55 * DAY + SECOND
    assert late.episodes == (Episode("CB-0", None, tripped, NOW - 50 * DAY, 1, None),)
    assert bypassed.episodes == (
        Episode("CB-1", None, NOW - 40 * DAY, NOW - 33 * DAY, 1, 1),
        Episode("CB-1", None, NOW - 2 * HOUR, None, 0, 1),
    )
    assert (late.landings, bypassed.episodes[1].length(NOW)) == (7, 2 * HOUR)


def test_a_replay_since_a_moment_leaves_out_what_was_over_by_then() -> None:
    policy, ledger = policy_with(BYPASSED), ledger_with(*HISTORY)
    (found,) = replay(policy, told(ledger), NOW, since=NOW - 33 * DAY)
    assert [each.at for each in found.episodes] == [NOW - 2 * HOUR]
    (found,) = replay(policy, told(ledger), NOW, since=NOW - 34 * DAY)
    assert [each.at for each in found.episodes] == [NOW - 40 * DAY, NOW - 2 * HOUR]
    assert found.landings == 1


def test_shadow_mode_and_what_is_on_record_make_no_difference_to_a_replay() -> None:
    ledger = ledger_with(*HISTORY)
    one = replay(policy_with(BYPASSED, mode="shadow"), told(ledger), NOW)
    other = replay(policy_with(BYPASSED), told(ledger), NOW)
    assert one[0].episodes == other[0].episodes


def test_a_replay_of_nothing_finds_nothing_and_tells_how_far_it_is() -> None:
    done: list[int] = []
    found = replay(policy_with(LATE, BYPASSED), told(ledger_with()), NOW, done=done.append)
    assert ([each.episodes for each in found], done) == ([(), ()], [1, 2])
    assert [each.known for each in found] == [False, False]


def test_a_replay_as_data_counts_in_hours() -> None:
    (found,) = replay(policy_with(LATE), told(ledger_with(*HISTORY)), NOW)
    assert episode_json(found, NOW) == {
        "name": "CB-0",
        "environment": None,
        "then": "freeze",
        "acts": True,
        "known": True,
        "io_landings": 7,
        "io_landings_in_it": 1,
        "open_hours": (5 * DAY - SECOND) / HOUR,
        "episodes": [
            {
                "tripped_at": "2025-12-07T12:00:01Z",
                "until": "2025-12-12T12:00:00Z",
                "hours": (5 * DAY - SECOND) / HOUR,
                "io_landings": 1,
                "value": None,
            }
        ],
    }
