"""Which landings turned out faulty: undone, or mended by a hotfix that names them."""

from datetime import timedelta

import pytest

from fitgate.core.replay.faults import Fault, Mends, Naming, mended, mends, undone
from fitgate.core.reverts import Landed, Reverts, parse_revert
from tests.builders import HOUR, NOW, a_change

A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


@pytest.mark.parametrize(
    ("title", "body", "branch", "named"),
    [
        ("Hotfix for #12", "", None, Mends((12,))),
        ("Hot-fix the till (#13)", "It broke with !12, see #7.", None, Mends((12, 7))),
        ("Mend the till", "Broken since abcdef1.", "hotfix/till", Mends((), ("abcdef1",))),
        ("Mend the till", "Fixes: abcdef123456", None, Mends((), ("abcdef123456",))),
        ("Mend the till", "Closes #12", "till", None),
        ("Hotfix the till", "It was late.", None, None),
        ("Mention hotfixes of others/app#12", None, None, None),
    ],
)
def test_a_hotfix_mends_what_it_names_and_nothing_is_guessed(
    title: str, body: str | None, branch: str | None, named: Mends | None
) -> None:
    assert mends(a_change(title=title, body=body, branch=branch, number=13)) == named


def test_only_what_has_landed_before_can_be_mended() -> None:
    naming = [
        Naming(A, 12, NOW, Mends((14,))),
        Naming(B, 14, NOW + HOUR, Mends((12,), (A[:8], "fffffff"))),
    ]
    assert mended(naming) == {A: [Fault("hotfixed", B, NOW + HOUR)]}


def landed(sha: str, title: str, body: str = "") -> Landed:
    own = parse_revert(title, body)
    return Landed(sha, None, (title,), None, (), {sha: own} if own else {}, None)


def test_a_change_is_undone_since_the_first_revert_that_still_stands() -> None:
    reverts = Reverts()
    at = {sha: NOW + hours * HOUR for hours, sha in enumerate((A, B, C, D))}
    reverts.add(landed(A, "One"))
    reverts.add(landed(B, 'Revert "One"', f"This reverts commit {A}."))
    assert undone(A, reverts, at) == [Fault("reverted", B, NOW + HOUR)]
    reverts.add(landed(C, 'Reapply "One"', f"This reverts commit {B}."))
    assert undone(A, reverts, at) == []
    assert undone(B, reverts, at) == [Fault("reverted", C, NOW + 2 * HOUR)]
    reverts.add(landed(D, 'Revert "One" again', f"This reverts commit {A}."))
    assert undone(A, reverts, at) == [Fault("reverted", D, NOW + timedelta(hours=3))]
