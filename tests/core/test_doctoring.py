"""What is said of a repository that was examined: what could not be seen is never good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from fitgate.core.controls import ACTORS, ENVIRONMENTS, PROTECTION, RULES, Area, Level
from fitgate.core.doctoring import (
    Arrived,
    Code,
    Found,
    Installation,
    Observed,
    Owners,
    PolicySeen,
    Wanted,
    examined,
)
from fitgate.core.facts import Unread
from fitgate.core.words.doctor import WORDS, found_json, found_lines, sentence_of
from tests.builders import HOUR, NOW

CHECK = Level(2, "required, of our App")
RULED = {"check fitgate": CHECK, "code owners": Level(1, "must approve")}
GUARDED = {"production guarded": Level(1, "by our rule"), "production administrators": Level(0, "")}
WELL = Observed(
    wanted=(Wanted("checks", "write", "the check is written", ("check_run",)),),
    installation=Installation({"checks": "write"}, ("check_run",)),
    controls={
        RULES: Area(RULED), ACTORS: Area({"main": Level(1, "in force")}), PROTECTION: Area({}),
        ENVIRONMENTS: Area(GUARDED),
    },
    policy=PolicySeen(".fitgate.yaml", "enforce", environments=("production",)),
    owners=Owners(".github/CODEOWNERS", ("@acme/sre",)),
    deliveries=Arrived(NOW - HOUR),
)  # fmt: skip


def seen(**other: object) -> dict[str, Found]:
    """Return the findings by code, of what is well but for this."""
    return {one.code: one for one in examined(replace(WELL, **other), NOW)}  # type: ignore[arg-type] # its fields


def ruled(**areas: Area) -> dict[str, Found]:
    """Return the findings where an area is another one."""
    names = {"rules": RULES, "actors": ACTORS, "protection": PROTECTION, "where": ENVIRONMENTS}
    return seen(controls={**WELL.controls, **{names[name]: area for name, area in areas.items()}})


def test_all_is_good_where_all_is_well() -> None:
    assert {one.state for one in seen().values()} == {"good"}
    assert set(seen()) == {
        "app-installed", "permissions-granted", "events-heard", "check-pinned", "nobody-past",
        "policy-valid", "policy-owned", "environment-guarded", "deliveries-arrive",
    }  # fmt: skip


def test_a_check_that_is_not_pinned_or_not_required_is_to_be_put_right() -> None:
    anybody = Area({"check fitgate": Level(1, "required, of anybody")})
    assert ruled(rules=anybody)["check-of-anybody"].state == "bad"
    assert ruled(rules=Area({"check ci": CHECK}))["check-not-required"].state == "bad"
    other = Area({"check fitgate": Level(2, "required, of App 7")})
    assert ruled(rules=other)["check-of-anybody"].state == "bad"


def test_either_a_ruleset_or_the_branch_protection_may_require_it() -> None:
    protection = Area({"check fitgate": CHECK, "administrators": Level(1, "bound")})
    found = ruled(rules=Area({}), protection=protection)
    assert found["check-pinned"].state == "good"


def test_what_is_hidden_makes_it_unknown_and_no_no() -> None:
    hidden = Area(hidden="may not be read")
    found = ruled(rules=Area({}), protection=hidden)
    assert "check-not-required" not in found
    assert found["check-untold"].state == "unknown"
    assert found["past-untold"].state == "unknown"
    assert "nobody-past" not in found
    suites = seen(controls={**WELL.controls, "rule suites": hidden})
    assert suites["area-hidden"].about == {"area": "rule suites", "why": "may not be read"}
    assert ruled(protection=hidden)["check-pinned"].state == "good"


def test_who_can_go_past_is_named() -> None:
    sam = {"main": Level(1, "in force"), "main, User 7": Level(-2, "always")}
    assert ruled(actors=Area(sam))["somebody-past"].about == {
        "who": "User 7", "rules": "main", "mode": "always",
    }  # fmt: skip
    exempt = Area({"main, Team 9": Level(-3, "exempt")})
    assert ruled(actors=exempt)["exempt-past"].state == "bad"
    admins = ruled(protection=Area({"pull request": Level(2, "required")}))
    assert admins["administrators-past"].state == "bad"
    assert "nobody-past" not in admins


def test_a_permission_that_is_too_low_and_an_event_that_is_not_heard_are_named() -> None:
    found = seen(installation=Installation({"checks": "read"}, ()))
    assert found["permission-missing"].about["has"] == "read"
    assert found["event-missing"].about == {"name": "check_run"}
    more = seen(installation=Installation({"checks": "admin"}, ("check_run", "push")))
    assert more["permissions-granted"].state == "good"


def test_an_app_that_is_not_there_suspended_or_not_asked_for_is_told_apart() -> None:
    assert seen(installation=None)["app-missing"].state == "bad"
    gone = Installation({"checks": "write"}, ("check_run",), suspended=True)
    assert seen(installation=gone)["app-suspended"].state == "bad"
    assert seen(installation=Unread("no key"))["app-untold"].state == "unknown"


def test_a_policy_that_is_broken_or_not_there_is_to_be_put_right() -> None:
    broken = PolicySeen("FITGate's default", "shadow", trouble="1:1: no")
    assert seen(policy=broken)["policy-broken"].state == "bad"
    assert seen(policy=PolicySeen("x", "shadow", absent=True))["policy-absent"].state == "bad"
    assert seen(policy=Unread("403"))["policy-untold"].state == "unknown"


def test_owners_of_the_policy_must_be_named_and_asked() -> None:
    assert seen(owners=Owners(None))["policy-unowned"].about == {"file": "CODEOWNERS"}
    not_asked = ruled(rules=Area({"check fitgate": CHECK}))
    assert not_asked["owners-not-asked"].state == "bad"
    hidden = ruled(rules=Area({"check fitgate": CHECK}), protection=Area(hidden="403"))
    assert hidden["owners-untold"].state == "unknown"


@pytest.mark.parametrize(
    ("gates", "code", "state"),
    [
        ({"production guarded": Level(0, "none")}, "environment-open", "bad"),
        ({"production guarded": Level(1, "by our rule")}, "environment-untold", "unknown"),
        ({**GUARDED, "production administrators": Level(-1, "may")}, "environment-past", "bad"),
        ({}, "environment-absent", "unknown"),
    ],
)
def test_an_environment_that_counts_must_wait_for_us_whoever_deploys(
    gates: dict[str, Level], code: str, state: str
) -> None:
    assert ruled(where=Area(gates))[code].state == state


def test_an_environment_that_does_not_count_may_be_open() -> None:
    found = ruled(where=Area({**GUARDED, "docs guarded": Level(0, "none")}))
    assert "environment-open" not in found


def test_deliveries_that_arrive_nowhere_are_to_be_put_right_and_silence_is_unknown() -> None:
    missed = seen(deliveries=Arrived(NOW - HOUR, ("push", "push")))
    assert missed["deliveries-missed"].about == {"count": "2", "events": "push"}
    assert seen(deliveries=Arrived(None))["deliveries-silent"].state == "unknown"
    assert seen(deliveries=Arrived(NOW + timedelta(minutes=1)))["deliveries-arrive"].about == {
        "hours": "0"
    }


def test_every_code_has_words_and_what_is_not_good_says_what_to_do() -> None:
    assert set(WORDS) == set(get_args(Code))
    everything = [
        *examined(WELL, NOW),
        *examined(
            replace(
                WELL, installation=Installation({}, ()), policy=Unread("a"), owners=Unread("b"),
                deliveries=Unread("c"), controls={},
            ), NOW,
        ),
    ]  # fmt: skip
    for one in everything:
        said, remedy = sentence_of(one)
        assert "{" not in said
        assert one.state == "good" or remedy


def test_what_strangers_wrote_is_inert_in_what_is_printed() -> None:
    evil = {"main, User \x1b[31m": Level(-2, "always")}
    (line,) = (line for line in found_lines(list(ruled(actors=Area(evil)).values()))
               if "may go past" in line)  # fmt: skip
    assert "\x1b" not in line


def test_nothing_that_was_not_looked_at_is_good() -> None:
    blind = replace(
        WELL, installation=Unread("a"), controls={}, policy=Unread("b"), owners=Unread("c"),
        deliveries=Unread("d"),
    )  # fmt: skip
    assert {one.state for one in examined(blind, NOW)} == {"unknown"}


def test_a_finding_is_the_same_in_json() -> None:
    (one,) = (one for one in examined(replace(WELL, installation=None), NOW) if one.state == "bad")
    told = found_json(one)
    assert (told["code"], told["state"]) == ("app-missing", "bad")
    assert str(told["remedy"]).startswith("Install it")
