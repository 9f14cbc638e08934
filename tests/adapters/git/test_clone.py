"""A clone as the corridor sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fitgate.adapters.git.clone import Clone
from fitgate.core.content import content_digest
from fitgate.core.events import Event, Happening
from fitgate.core.facts import Facts, Setting
from fitgate.core.in_force import PolicyText
from fitgate.errors import ForgeError, UserError
from fitgate.ports import Forge
from tests.adapters.git.making import Made, run

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def landings(clone: Clone) -> Event:
    return Event(Happening.LANDED, None, clone.overlay.resolve(), NOW)


def gathered(clone: Clone) -> list[Facts]:
    return list(clone.gather(landings(clone)))


def test_a_clone_is_a_forge(made: Made) -> None:
    made.commit("One", {"a": b"1"})
    with Clone(made.done()) as clone:
        forge: Forge = clone
        (facts,) = forge.gather(landings(clone))
        assert clone.count(landings(clone)) == 1
        (file,) = facts.files or ()
        assert forge.read([str(file.oid_after)]) == {file.oid_after: b"1"}


def test_a_clone_that_cannot_be_opened_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        Clone(tmp_path)


# Digests


def test_landings_and_proposals_are_bound_to_their_content(made: Made) -> None:
    root = made.commit("Root", {"a": b"1\n" * 9})
    made.commit("Topic", {"b": b"2\n"}, branch="topic")
    made.commit("Main", {"c": b"3\n"}, parents=[root])
    made.commit("Topic (#1)", {"b": b"2\n"})
    made.done()
    with Clone(made.path) as clone:
        (proposal,) = clone.gather(Event(Happening.PROPOSED, "main~1", "topic", NOW))
        found = clone.bind([*gathered(clone), proposal])
    digests = [facts.change.digest for facts in found]
    assert digests[2] == digests[3]
    assert len(set(digests)) == 3
    assert None not in digests


def test_settings_are_part_of_the_content(made: Made) -> None:
    made.commit("Root", {"a.yaml": b"x: 1\n"})
    with Clone(made.done()) as clone:
        (facts,) = gathered(clone)
        setting = Setting("x", "added", None, 1)
        (file,) = facts.files or ()
        told = replace(facts, files=(replace(file, settings=(setting,)),))
        plain, with_evidence = clone.bind([facts, told])
    assert plain.change.digest != with_evidence.change.digest
    assert content_digest([], [setting]) != content_digest([], [])


def test_an_edge_has_no_digest(made: Made, tmp_path: Path) -> None:
    made.commit("One", {"a": b"1\n"})
    made.commit("Two", {"a": b"2\n"})
    run(tmp_path, "clone", "-q", "--depth=1", f"file://{made.done()}", "shallow")
    with Clone(tmp_path / "shallow") as clone:
        (facts,) = clone.bind(gathered(clone))
    assert facts.change.digest is None
    assert [u.why for u in facts.unknown if u.what == "digest"] == [
        "the clone is shallow and ends here"
    ]


# Policies


def test_the_policy_is_read_at_a_commit_and_before(made: Made) -> None:
    one = made.commit("One", {"a": b"1"})
    two = made.commit("Two", {".fitgate.yaml": b"version: 1"})
    three = made.commit("Three", {"a": b"2"})
    four = made.commit("Four", {".fitgate.yaml": b"version: 2", ".fitgate/policy.yaml": b"x"})
    five = made.commit("Five", {"a": b"3"})
    with Clone(made.done()) as clone:
        assert list(clone.policies(five)) == [
            PolicyText(five, {".fitgate.yaml": "version: 2", ".fitgate/policy.yaml": "x"}),
            PolicyText(three, {".fitgate.yaml": "version: 1"}),
            PolicyText(one, {}),
        ]
        assert next(clone.policies(two)) == PolicyText(two, {".fitgate.yaml": "version: 1"})
        assert next(clone.policies(four)).files.keys() == {".fitgate.yaml", ".fitgate/policy.yaml"}


def test_a_policy_of_the_first_commit_has_none_before(made: Made) -> None:
    one = made.commit("One", {".fitgate.yaml": "Ä\n".encode() + b"\xff"})
    with Clone(made.done()) as clone:
        assert list(clone.policies(one)) == [PolicyText(one, {".fitgate.yaml": "Ä\n�"})]


def test_a_policy_that_is_not_in_the_clone_is_never_taken_for_none(
    made: Made, tmp_path: Path
) -> None:
    sha = made.commit("One", {".fitgate.yaml": b"version: 1"})
    made.git("config", "uploadpack.allowFilter", "true")
    source = f"file://{made.done()}"
    run(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", source, "blobless")
    with (
        Clone(tmp_path / "blobless") as clone,
        pytest.raises(ForgeError, match=r"\.fitgate\.yaml at .* is not in this clone.*Use a clone"),
    ):
        list(clone.policies(sha))


# Which landing undoes which


def test_it_is_known_which_landings_are_undone(made: Made) -> None:
    made.commit("Root", {"a": b"1"})
    bad = made.commit("Break it (#7)", {"a": b"2"})
    back = made.commit('Revert "Break it" (#8)\n\nReverts acme/shop#7', {"a": b"1"})
    made.done()
    with Clone(made.path) as clone:
        gathered(clone)
        assert clone.reverts.state(bad).reverted_by == (back,)
        assert clone.reverts.state(bad).is_reverted


def test_gathering_again_undoes_nothing_twice(made: Made) -> None:
    made.commit("Root", {"a": b"1"})
    bad = made.commit("Break it", {"a": b"2"})
    back = made.commit("Tidy up", {"a": b"1"})
    made.done()
    with Clone(made.path) as clone:
        assert gathered(clone) == gathered(clone)
        assert clone.reverts.state(bad).reverted_by == (back,)
        assert not clone.reverts.state(back).is_reverted
