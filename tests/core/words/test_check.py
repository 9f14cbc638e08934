"""The verdict as a tree."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fitgate.core.facts import BreakerState, Facts, Override, Unknown
from fitgate.core.review import Review, weigh
from fitgate.core.verdict import Verdict
from fitgate.core.words.check import Branch, check_lines, draw, headline
from tests.builders import DIGEST, NOW, a_change, facts_of
from tests.hostile import HOSTILE, is_inert
from tests.registers import LOWERED, REMOVED, RULES, a_verdict, the_policy

Golden = Callable[[str, str], None]
RECENT = a_change(material_at=NOW - timedelta(hours=1), trailers=())
HELD = replace(facts_of(RECENT), approvals=())
CLONE = replace(
    facts_of(a_change(trailers=(), body=None)),
    approvals=None,
    breakers=None,
    unknown=(Unknown("approvals", "a clone does not hold them"),),
)
FROZEN = replace(facts_of(), breakers=(BreakerState("CB-VL", "open", "freeze", "ada"),))
BROKEN = replace(
    facts_of(RECENT),
    overrides=(Override("github:sam", "prod is down", NOW + timedelta(hours=1), DIGEST),),
)
SAID = (
    Review(FROZEN.change.id, "amended", "ada", NOW, "it was data too", categories=("data",)),
    Review(FROZEN.change.id, "amended", "grace", NOW, "to all at once", io_sr=(4, 5)),
)
OWN_CLASS = the_policy(rules=[{**RULES[0], "classes": ["D"]}])
MAY_OVERRIDE = {"roles": ["safety-owner"]}
CASES: dict[str, tuple[Facts, Verdict]] = {
    "allowed": (facts_of(), a_verdict(None, LOWERED, REMOVED)),
    "not-io": (facts_of(), a_verdict(None, is_io=False)),
    "held": (HELD, a_verdict(HELD)),
    "held-in-shadow": (
        HELD,
        a_verdict(HELD, policy=the_policy(mode="shadow"), note="no policy here"),
    ),
    "undecided": (CLONE, a_verdict(CLONE)),
    "denied": (FROZEN, a_verdict(FROZEN)),
    "overridden": (BROKEN, a_verdict(BROKEN, policy=the_policy(override=MAY_OVERRIDE))),
    "own-class": (facts_of(), a_verdict(policy=OWN_CLASS)),
    "reclassified": (
        facts_of(),
        replace(a_verdict(), reclassified=weigh(facts_of(), a_verdict(), the_policy(), SAID)),
    ),
    "not-told": (facts_of(), a_verdict(None, is_io=None, policy=the_policy(override=MAY_OVERRIDE))),
}


@pytest.mark.parametrize("name", CASES)
def test_a_verdict_reads_as_it_always_did(name: str, golden: Golden) -> None:
    golden(f"check/{name}.txt", "\n".join(check_lines(*CASES[name])) + "\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("allowed", "every gate that applies is satisfied"),
        ("not-io", "not an irreversible operation, so nothing is asked of it"),
        ("held", "waits for release-owner, safety-owner, author until 2026-02-02 11:00 UTC"),
        ("denied", "The breaker CB-VL has tripped: no irreversible operation may pass."),
        ("overridden", "sam broke the glass: prod is down."),
    ],
)
def test_the_headline_says_for_whom_and_until_when(name: str, said: str) -> None:
    assert headline(CASES[name][1]) == said


def test_shadow_mode_says_that_nothing_is_held() -> None:
    assert headline(CASES["held-in-shadow"][1]).endswith("(shadow mode: reported, nothing is held)")


def test_what_waits_for_time_alone_names_nobody() -> None:
    facts = facts_of(a_change(material_at=NOW - timedelta(hours=1)))
    assert headline(a_verdict(facts)) == "waits until 2026-02-02 11:00 UTC"


@pytest.mark.parametrize("width", [40, 72, 100])
def test_no_line_is_wider_than_asked(width: int) -> None:
    for facts, verdict in CASES.values():
        for line in check_lines(facts, verdict, width):
            assert len(line) <= width + 20 or " " not in line.strip("│├└─ ")


def test_a_strangers_words_do_not_break_out_of_the_tree() -> None:
    for text in HOSTILE:
        change = a_change(title=text, id=f"github:{text}")
        facts = replace(facts_of(change), unknown=(Unknown(text, text),))
        verdict = replace(
            a_verdict(HELD, replace(LOWERED, file=text, key=text, after=text)),
            policy=replace(a_verdict().policy, source=text, note=text),
        )
        assert all(is_inert(line) and "\n" not in line for line in check_lines(facts, verdict))


def test_a_tree_is_drawn_with_its_joints() -> None:
    tree = (Branch("a", (Branch("b"), Branch("c"))), Branch("d"))
    assert list(draw(tree, 80)) == ["├─ a", "│  ├─ b", "│  └─ c", "└─ d"]
