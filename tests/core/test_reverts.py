"""Which change undoes which."""

from __future__ import annotations

import itertools

import pytest

from fitgate.core.facts import File, Status
from fitgate.core.reverts import (
    Claim,
    Landed,
    Reverts,
    branch_claims,
    brings_back,
    change_key,
    inverse_key,
    parse_revert,
)

A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def changed(path: str, before: str | None, after: str | None) -> File:
    status: Status = "added" if before is None else "removed" if after is None else "modified"
    return File(
        path, status,
        mode_before=before and "100644", mode_after=after and "100644",
        oid_before=before, oid_after=after,
    )  # fmt: skip


def landed(  # noqa: PLR0913 - a landing has many parts
    sha: str,
    title: str = "",
    body: str = "",
    *,
    number: int | None = None,
    side: tuple[str, ...] = (),
    side_claims: dict[str, Claim] | None = None,
    files: tuple[File, ...] | None = (),
    base: str | None = "base",
) -> Landed:
    own = parse_revert(title, body)
    claims = (side_claims or {}) | ({sha: own} if own else {})
    return Landed(sha, base, (title,), number, side, claims, files)


# What messages say


@pytest.mark.parametrize(
    ("title", "body", "claim"),
    [
        ('Revert "X"', f"This reverts commit {A}.", Claim((A,), title="X")),
        ('Revert "X"', f"This reverts commit {'f' * 64}.", Claim(("f" * 64,), title="X")),
        ("Back", f"This reverts commit {A}, reversing\nchanges made to {B}.", Claim((A,))),
        ("# *** SAY WHY ***", "This reverts commit 00f7e8c (X, 2026-11-23).", Claim(("00f7e8c",))),
        ("Back", f"This reverts commits {A}, {B} and {C}.\n\nThis reverts commit {D}.",
         Claim((A, B, C, D))),
        ('Revert "X" (#12)', "Reverts acme/app#7", Claim(numbers=(7,), title="X")),
        ("Back", "Reverts #7", Claim(numbers=(7,))),
        ("Back", "Reverts PR #7", Claim(numbers=(7,))),
        ("Back", "reverts: acme/app#7 as asked", Claim(numbers=(7,))),
        ("Revert #7", "", Claim(numbers=(7,))),
        ('Revert "X"', "This reverts merge request !7", Claim(numbers=(7,), title="X")),
        ('Revert "X"', "This reverts merge request a/b!7", Claim(numbers=(7,), title="X")),
        ('Revert "Merge pull request #7 from a/b"', "",
         Claim(numbers=(7,), title="Merge pull request #7 from a/b")),
    ],
)  # fmt: skip
def test_messages_name_what_they_undo(title: str, body: str, claim: Claim) -> None:
    assert parse_revert(title, body) == claim


def test_githubs_button_names_its_branch() -> None:
    assert parse_revert("Go back", "", "revert-7-topic") == Claim(numbers=(7,))
    assert parse_revert("Go back", "", "revert-topic") is None


@pytest.mark.parametrize(
    ("title", "core", "undone"),
    [
        ('Revert "X"', "X", 0),
        ('Revert "X (#7)" (#12)', "X", 0),
        ('Reapply "X"', "X", 1),
        ('Reland "X"', "X", 1),
        ('Revert "Revert "X""', "X", 1),
        ('Revert "Reapply "X""', "X", 2),
        ('Revert^2 "X"', "X", 1),
        ('[release-1.2] Revert "X"', "X", 0),
        ('Reapply "X" again (#9)', "X", 1),
        ('Revert "say "hello" twice"', 'say "hello" twice', 0),
    ],
)
def test_a_title_tells_how_often_something_was_undone(title: str, core: str, undone: int) -> None:
    claim = parse_revert(title, "")
    assert claim
    assert (claim.title, claim.depth) == (core, undone)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Revert to the old index", ""),
        ("Reverting is hard", "We could revert commit later."),
        ("Apply style", '* Revert "nit"\n> This reverts commit ' + A),
        ("Bump deps", "<li>Revert &quot;migrate&quot;</li>"),
        ("", ""),
    ],
)
def test_other_messages_claim_nothing(title: str, body: str) -> None:
    assert parse_revert(title, body) is None


def test_nobody_undoes_more_than_a_hundred_commits_at_once() -> None:
    body = "\n".join(f"This reverts commit {n:040x}." for n in range(1000))
    claim = parse_revert("Go back", body)
    assert claim
    assert len(claim.commits) == 100


def test_what_commits_of_a_branch_undo_of_one_another_is_left_out() -> None:
    messages = [
        (B, 'Revert "old"', f"This reverts commit {A}."),
        (C, "Tidy up", ""),
        (D, 'Revert "Tidy up"', f"This reverts commit {C[:9]}."),
    ]
    assert list(branch_claims(messages)) == [B]
    taken_back = ("e" * 40, 'Revert "Revert "old""', f"This reverts commit {B}.")
    assert branch_claims([*messages, taken_back]) == {}


# Which landing is meant


def test_a_commit_is_found_by_its_id() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X"))
    assert reverts.add(landed(B, "Go back", f"This reverts commit {A}.")) == (A,)
    assert reverts.state(A).is_reverted
    assert reverts.state(A).reverted_by == (B,)
    assert not reverts.state(B).is_reverted


def test_a_commit_is_found_by_the_first_digits_of_its_id() -> None:
    reverts = Reverts()
    reverts.add(landed(A))
    assert reverts.add(landed(B, "Go back", f"This reverts commit {A[:8]} (X, 2026).")) == (A,)


def test_a_commit_that_a_merge_brought_in_stands_for_the_merge() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "Merge", side=(C, D)))
    assert reverts.add(landed(B, "Go back", f"This reverts commit {D}.")) == (A,)


def test_what_a_merged_commit_says_counts() -> None:
    reverts = Reverts()
    reverts.add(landed(A))
    claim = Claim(commits=(A,), title="X")
    assert reverts.add(landed(B, "Merge", side=(C,), side_claims={C: claim})) == (A,)


def test_what_a_merged_commit_says_of_titles_does_not_count() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X"))
    claim = Claim(commits=(D,), title="X")
    assert reverts.add(landed(B, "Merge", side=(C,), side_claims={C: claim})) == ()


def test_a_number_is_found_where_the_id_is_not() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X (#7)", number=7))
    body = f"This reverts commit {D}.\n\nReverts acme/app#7"
    assert reverts.add(landed(B, "Go back", body)) == (A,)


def test_a_title_is_found_where_nothing_else_is() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X (#7)", number=7))
    reverts.add(landed(B, "X (#8) (!9)", number=8))
    assert reverts.add(landed(C, 'Revert "X"')) == (B,)
    assert reverts.add(landed(D, 'Revert "Y"', f"This reverts commit {'e' * 40}.")) == ()


def test_a_revert_of_a_revert_brings_the_change_back() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X"))
    reverts.add(landed(B, 'Revert "X"'))
    assert reverts.add(landed(C, 'Reapply "X"')) == (B,)
    assert not reverts.state(A).is_reverted
    assert reverts.state(A).reverted_by == (B,)
    assert reverts.state(B).is_reverted


def test_a_chain_is_counted_through() -> None:
    reverts = Reverts()
    names = [f"{n:040x}" for n in range(2000)]
    reverts.add(landed(names[0]))
    for before, name in itertools.pairwise(names):
        reverts.add(landed(name, "Go back", f"This reverts commit {before}."))
    assert reverts.state(names[0]).is_reverted
    assert not reverts.state(names[1]).is_reverted


def test_two_reverts_of_one_change_leave_it_undone() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X"))
    reverts.add(landed(B, "Go back", f"This reverts commit {A}."))
    reverts.add(landed(C, "Go further back", f"This reverts commit {A}."))
    assert reverts.state(A).is_reverted
    reverts.add(landed(D, "Come again", f"This reverts commit {C}."))
    assert reverts.state(A).is_reverted


# What the files say


FORTH = (changed("a", "1", "2"), changed("b", None, "3"), changed("c", "4", None))
BACK = (changed("b", "3", None), changed("a", "2", "1"), changed("c", None, "4"))


def test_the_inverse_of_a_change_is_known_by_its_key() -> None:
    assert inverse_key(BACK) == change_key(FORTH)
    assert inverse_key(FORTH) == change_key(BACK)
    assert change_key(FORTH) != change_key(BACK)


def test_a_rename_is_the_inverse_of_a_rename_back() -> None:
    forth = File("new", "renamed", "old", "100644", "100644", "1", "1")
    back = File("old", "renamed", "new", "100644", "100644", "1", "1")
    assert inverse_key([back]) == change_key([forth])


def test_a_mode_is_part_of_what_is_undone() -> None:
    forth = File("a", "modified", None, "100644", "100755", "1", "1")
    back = File("a", "modified", None, "100755", "100644", "1", "1")
    assert inverse_key([back]) == change_key([forth])
    assert change_key([forth]) != change_key([back])


def test_a_silent_revert_is_found() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X", files=FORTH, base=D))
    assert reverts.add(landed(B, "Tidy up", files=BACK)) == (A,)
    assert reverts.restored(B) == D
    assert reverts.add(landed(C, "Tidy up again", files=FORTH)) == (B,)
    assert not reverts.state(A).is_reverted


def test_almost_the_inverse_is_no_silent_revert() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X", files=FORTH))
    assert reverts.add(landed(B, "Tidy up", files=BACK[:2])) == ()
    assert reverts.add(landed(C, "Tidy up", files=(*BACK, changed("d", "5", "6")))) == ()


def test_changes_without_files_undo_nothing_by_them() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "Empty", files=()))
    assert reverts.add(landed(B, "Empty too", files=())) == ()
    assert reverts.add(landed(C, "Not read", files=None)) == ()


def test_a_revert_that_goes_all_the_way_back_restores_a_state() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X", files=(changed("a", "1", "2"),), base=D))
    reverts.add(landed(B, "Y", files=(changed("a", "2", "3"),), base=A))
    go_back = landed(
        C, "Go back", f"This reverts commits {A} and {B}.", files=(changed("a", "3", "1"),)
    )
    assert reverts.add(go_back) == (A, B)
    assert reverts.restored(C) == D


def test_a_revert_with_more_in_it_restores_nothing() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X", files=FORTH, base=D))
    files = (*BACK, changed("d", "5", "6"))
    assert reverts.add(landed(B, "Go back", f"This reverts commit {A}.", files=files)) == (A,)
    assert reverts.restored(B) is None


def test_nothing_before_the_first_commit_can_be_restored() -> None:
    reverts = Reverts()
    reverts.add(landed(A, "X", files=FORTH, base=None))
    reverts.add(landed(B, "Go back", files=BACK))
    assert reverts.restored(B) is None


def test_a_change_brings_back_what_an_earlier_one_took_away() -> None:
    assert brings_back(BACK, FORTH)
    assert brings_back(BACK[:1], FORTH)
    assert not brings_back(FORTH, FORTH)
    assert not brings_back((), FORTH)
