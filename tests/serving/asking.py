"""What people say on a pull request of the office, and what they are answered."""

from __future__ import annotations

from tests.adapters.github.hosted import POLICY
from tests.serving.office import Office
from tests.twin.github.issues import Comment
from tests.twin.github.pulls import Pull

RULED = f"{POLICY}override: {{roles: [owner], expires: PT4H}}\n"


def answers(pull: Pull) -> list[str]:
    return [each.body for each in pull.comments if each.body.startswith("<!-- fitgate:answer")]


def the_answer(pull: Pull) -> str:
    (found,) = answers(pull)
    return found


def say(here: Office, pull: Pull, by: str, text: str, hours: float = 1) -> Comment:
    here.twin.clock.forward(hours=hours)
    said = pull.comment(by, text)
    here.settle()
    return said


def told_again(here: Office) -> None:
    """Send all comments' deliveries anew, as a queue does with what failed."""
    again = [one for one in here.twin.hooks.heard if one[0].startswith("issue_comment")]
    here.queue.accept([here._delivery(*one) for one in again])  # noqa: SLF001 - sent anew
    here.settle()
