"""The whole story in order, oldest change first."""

from tests.story import (
    chapters_fifth,
    chapters_first,
    chapters_fourth,
    chapters_old,
    chapters_second,
    chapters_third,
)

CHANGES = (
    *chapters_old.CHANGES,
    *chapters_first.CHANGES,
    *chapters_second.CHANGES,
    *chapters_third.CHANGES,
    *chapters_fourth.CHANGES,
    *chapters_fifth.CHANGES,
)
