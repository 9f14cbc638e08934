"""How a commit landed, as its message tells."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fitgate.adapters.git.commits import Commit, Identity, split_message
from fitgate.adapters.git.landings import Shape, shape_of

ADA = Identity("Ada", "ada@example.org")
AT = datetime(2026, 1, 1, tzinfo=UTC)


def shape(message: str, parents: int = 1) -> Shape:
    title, body = split_message(message)
    return shape_of(Commit("1", "2", ("3",) * parents, ADA, ADA, AT, AT, title, body))


MERGES = [
    ("Merge pull request #12 from acme/topic/x\n\nDrop it", 12, "topic/x", "Drop it"),
    ("Merge pull request #12 from acme/topic", 12, "topic",
     "Merge pull request #12 from acme/topic"),
    ("Merge pull request #12 in ACME/app from f/x to master\n\nDrop it", 12, "f/x", "Drop it"),
    ("Merged in topic (pull request #12)\n\nDrop it\n\nApproved-by: B", 12, "topic", "Drop it"),
    ("Merged PR 12: Drop it\n\nRelated work items: #3", 12, None, "Drop it"),
    ("Auto merge of #12 - bob:topic, r=ada\n\nDrop it", 12, "topic", "Drop it"),
    ("Merge #12\n\n12: Drop it r=ada a=bob", 12, None, "12: Drop it r=ada a=bob"),
    ("Merge #12 #13\n\nDrop it", 12, None, "Drop it"),
    ("Merge branch 'topic' into 'main'\n\nDrop it\n\nSee merge request acme/app!12", 12, "topic",
     "Drop it"),
    ("Merge branch 'topic'\n\nDrop it\n\nSee merge request !12", 12, "topic", "Drop it"),
    ("Merge branch 'topic'\n\nSee merge request !12", 12, "topic", "Merge branch 'topic'"),
    ("Drop it (#12)\n\nbody", 12, None, "Drop it"),
    ("Merge branch 'topic'", None, "topic", "Merge branch 'topic'"),
    ("Merge branch 'topic' into main", None, "topic", "Merge branch 'topic' into main"),
    ("Merge remote-tracking branch 'origin/topic'", None, "topic",
     "Merge remote-tracking branch 'origin/topic'"),
    ("Merge branch 'main' of github.com:acme/app", None, None,
     "Merge branch 'main' of github.com:acme/app"),
    ("Merge 12 things", None, None, "Merge 12 things"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "number", "branch", "title"), MERGES)
def test_a_merge_names_its_request(
    message: str, number: int | None, branch: str | None, title: str
) -> None:
    found = shape(message, parents=2)
    assert (found.number, found.branch, found.title) == (number, branch, title)
    assert found.landed_as == "merge"
    assert found.kind == ("push" if number is None else "pull")


@pytest.mark.parametrize(
    ("message", "number"),
    [
        ("Drop it (#12)", 12),
        ("Drop it (#3) (#12)", 12),
        ("Drop it (!12)", 12),
        ("Merged PR 12: Drop it", 12),
        ("Merge pull request #12 from acme/topic\n\nDrop it", 12),
        ("Drop it\n\nSee merge request acme/app!12", 12),
    ],
)
def test_one_parent_and_a_number_is_a_squash(message: str, number: int) -> None:
    found = shape(message)
    assert (found.landed_as, found.number, found.kind) == ("squash", number, "pull")


@pytest.mark.parametrize(
    "message",
    [
        "Drop it",
        "Fix #12",
        "Drop (#12) it",
        "Drop it (#12345678901)",
        "(#12)",
        "Drop it (#\uff11\uff12)",
        "Drop it\n\nWe talked of it in See merge request acme/app!12 yesterday",
        "Merge branch 'topic'",
    ],
)
def test_one_parent_without_a_number_is_a_push(message: str) -> None:
    found = shape(message)
    assert (found.landed_as, found.number, found.branch, found.kind) == ("push", None, None, "push")


@pytest.mark.parametrize(
    ("message", "signs"),
    [
        ("Merge pull request #1 from acme/hotfix/login\n\nLogin", ("branch hotfix/login",)),
        ("Merge pull request #1 from a/x/hot-fix-y\n\nY", ("branch x/hot-fix-y",)),
        ("Hotfix: login (#1)", ("title says Hotfix",)),
        ("Answer to SEV1", ("title says SEV1",)),
        (f"Fix\n\n(cherry picked from commit {'a' * 40})", (f"cherry picked from {'a' * 40}",)),
        ("Merge branch 'hotfixture'", ()),
        ("Reduce coincidents", ()),
    ],
)
def test_a_hotfix_is_known_by_its_signs(message: str, signs: tuple[str, ...]) -> None:
    assert shape(message, parents=2 if message.startswith("Merge") else 1).hotfix == signs
