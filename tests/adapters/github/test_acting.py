"""Verdicts shown on the twin: a check, labels, one comment; and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fitgate.adapters.github.acting import TOGETHER
from fitgate.core.words.page import LIMIT, MARK
from fitgate.errors import ForgeError
from fitgate.pipeline import Judged
from tests.adapters.github.hosted import POLICY, Hosted, hosted
from tests.twin.github.checks import CheckRun
from tests.twin.github.pulls import Pull


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def apply(here: Hosted, pull: Pull) -> tuple[str, ...]:
    """Judge a pull request and show the verdict; return what was written."""
    judged = here.judge(pull)
    return here.forge.apply(judged.facts, judged.verdict)


def check(here: Hosted, pull: Pull) -> CheckRun:
    """Return the one check of ours on the head."""
    (run,) = (run for run in here.repo.latest_runs(pull.head_sha) if run.name == "fitgate")
    return run


def labels(pull: Pull) -> set[str]:
    """Return the names of the labels on a pull request."""
    return {label.name for label in pull.label_objects()}


class TestCheck:
    def test_it_says_what_it_is_why_who_can_act_and_until_when(self, here: Hosted) -> None:
        pull = here.lowered()
        judged = here.judge(pull)
        here.forge.apply(judged.facts, judged.verdict)
        run = check(here, pull)
        assert (run.conclusion, run.external_id) == ("action_required", judged.verdict.facts)
        assert run.output["title"] == "HOLD: waits for owner, keeper until 2026-11-04 09:00 UTC"
        assert "Eligible at: **2026-11-04 09:00 UTC**" in run.output["summary"]
        text = run.output["text"]
        for said in (
            f"https://github.com/acme/app/blob/{pull.head_sha}/eval.yaml#L1",
            "#### slow-authority",
            "who can act: owner, keeper",
            "eligible at: **2026-11-04 09:00 UTC**",
        ):
            assert said in text
        assert {action["identifier"] for action in run.actions} == {"recheck", "override"}

    def test_the_cool_down_ends_and_the_check_turns_green(self, here: Hosted) -> None:
        pull = here.lowered()
        pull.approve("bob")
        pull.approve("carol")
        apply(here, pull)
        here.twin.clock.forward(hours=48)
        assert "check success updated" in apply(here, pull)
        assert check(here, pull).conclusion == "success"

    def test_it_is_the_worst_of_all_pull_requests_with_that_head(self, here: Hosted) -> None:
        pull = here.lowered()
        mild = POLICY.replace("mode: enforce", "mode: shadow")
        here.repo.push("release", {".fitgate.yaml": mild}, by="carol")
        other = here.repo.open_pull("fix", "release", "The same, elsewhere", "", by="alice")
        shadow, strict = here.judge(other), here.judge(pull)
        assert here.forge.seen(strict.facts).siblings == (other.number,)
        here.forge.apply(shadow.facts, shadow.verdict, [(strict.facts, strict.verdict)])
        assert check(here, pull).conclusion == "action_required"
        assert labels(pull) == set()

    def test_a_changed_base_withdraws_it_until_it_is_judged_anew(self, here: Hosted) -> None:
        here.repo.push("docs", {"a.md": "x\n"}, by="alice")
        pull = here.repo.open_pull("docs", "main", "Words", "", by="alice")
        apply(here, pull)
        assert here.forge.withdraw(pull.head_sha)
        assert (check(here, pull).status, check(here, pull).conclusion) == ("in_progress", None)
        assert not here.forge.withdraw(pull.head_sha)
        assert apply(here, pull) == ("check success updated",)
        assert check(here, pull).conclusion == "success"

    def test_a_remark_stands_on_every_line_fifty_at_a_time(self) -> None:
        many = {f"d{n}/eval.yaml": "threshold: 0.9\n" for n in range(2 * TOGETHER + 1)}
        with hosted(many) as here:
            here.repo.push("fix", dict.fromkeys(many, "threshold: 0.8\n"), by="alice")
            pull = here.repo.open_pull("fix", "main", "Lower all", "", by="alice")
            assert apply(here, pull).count("more annotations") == 2
            assert len(check(here, pull).annotations) == len(many)
            assert apply(here, pull) == ()

    def test_a_page_of_any_length_fits(self) -> None:
        long = {f"{'d' * 200}{n}/eval.yaml": "threshold: 0.9\n" for n in range(99)}
        with hosted(long) as here:
            here.repo.push("fix", dict.fromkeys(long, "threshold: 0.8\n"), by="alice")
            pull = here.repo.open_pull("fix", "main", "Lower all", "", by="alice")
            judged = here.judge(pull)
            many = judged.verdict.matches * 5
            verdict = replace(judged.verdict, matches=many)
            here.forge.apply(judged.facts, verdict)
            text = check(here, pull).output["text"]
            assert len(text.encode()) <= LIMIT


class TestLabels:
    def test_ours_are_made_with_colour_and_words_and_follow_the_verdict(self, here: Hosted) -> None:
        pull = here.lowered()
        pull.label("bug", by="carol")
        apply(here, pull)
        assert labels(pull) >= {"io:evaluation", "io-class:T", "tempo:medium"}
        made = here.repo.label_named("io:evaluation")
        assert made is not None
        assert (made.color, bool(made.description)) == ("b60205", True)
        pull.push({"eval.yaml": "threshold: 0.9\n", "a.md": "x\n"})
        written = apply(here, pull)
        assert "removed io:evaluation" in written
        assert labels(pull) == {"bug"}

    def test_a_label_that_somebody_took_off_meanwhile_is_no_error(self, here: Hosted) -> None:
        pull = here.lowered()
        apply(here, pull)
        pull.push({"eval.yaml": "threshold: 0.9\n", "a.md": "x\n"})
        judged = here.judge(pull)
        pull.labels.clear()
        assert "removed io:evaluation" in here.forge.apply(judged.facts, judged.verdict)


class TestComment:
    def test_there_is_one_and_it_is_kept_up_to_date(self, here: Hosted) -> None:
        pull = here.lowered()
        assert "commented" in apply(here, pull)
        assert apply(here, pull) == ()
        pull.approve("bob")
        assert "comment updated" in apply(here, pull)
        (one,) = pull.comments
        assert one.body.startswith(MARK)
        assert "Not counted: none" in one.body or "owner: bob" in one.body

    def test_what_is_no_io_any_more_is_told_and_what_never_was_is_not(self, here: Hosted) -> None:
        pull = here.lowered()
        apply(here, pull)
        pull.push({"eval.yaml": "threshold: 0.9\n", "a.md": "x\n"})
        apply(here, pull)
        (one,) = pull.comments
        assert "not an irreversible operation any more" in one.body
        here.repo.push("docs", {"b.md": "x\n"}, by="alice")
        docs = here.repo.open_pull("docs", "main", "Words", "", by="alice")
        apply(here, docs)
        assert docs.comments == []

    def test_ours_is_found_behind_a_hundred_others_and_theirs_is_not_taken(
        self, here: Hosted
    ) -> None:
        pull = here.lowered()
        for n in range(101):
            pull.comment("alice", f"{MARK if n == 0 else ''} talk {n}")
        assert "commented" in apply(here, pull)
        assert apply(here, pull) == ()
        pull.approve("bob")
        assert "comment updated" in apply(here, pull)
        assert len(pull.comments) == 102

    def test_somebody_else_s_with_our_mark_is_left_alone(self, here: Hosted) -> None:
        pull = here.lowered()
        theirs = pull.comment("alice", f"{MARK} all is well")
        assert "commented" in apply(here, pull)
        assert apply(here, pull) == ()
        assert theirs.body == f"{MARK} all is well"

    @pytest.mark.parametrize(
        "title", ["@alice <img src=x> #1 [x](javascript:1)", "![a](http://evil)"]
    )
    def test_what_strangers_wrote_links_and_mentions_nothing(
        self, here: Hosted, title: str
    ) -> None:
        files = {f"evals/{title.replace('/', '_')}/eval.yaml": "threshold: 0.9\n"}
        here.repo.push("main", files, by="carol")
        here.repo.push("fix", dict.fromkeys(files, "threshold: 0.8\n"), by="alice")
        pull = here.repo.open_pull("fix", "main", title, "", by="alice")
        apply(here, pull)
        text = check(here, pull).output["text"]
        assert "@alice" not in text
        assert "<img" not in text
        assert "![a]" not in text


def test_a_write_that_fails_is_made_the_next_time_and_no_other_is_repeated(here: Hosted) -> None:
    pull = here.lowered()
    here.twin.troubles.fail("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", 502)
    with pytest.raises(ForgeError) as told:
        apply(here, pull)
    assert told.value.status == 502
    assert apply(here, pull) == ("commented",)
    posted = here.twin.calls.of("POST /repos/{owner}/{repo}/issues/{issue_number}/comments")
    assert [call.status for call in posted] == [502, 201]


def test_nobody_is_judged_twice_for_one_page(here: Hosted) -> None:
    pull = here.lowered()
    judged: Judged = here.judge(pull)
    here.forge.apply(judged.facts, judged.verdict)
    here.twin.clock.forward(hours=1)
    assert apply(here, pull) == ()
