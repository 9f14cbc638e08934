"""Sessions with GitHub: tokens, waits, retries, and errors that tell no secret."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from fitgate.adapters.github import queries
from fitgate.adapters.github.app import App, Session, by_token
from fitgate.errors import ForgeError, UserError
from tests.adapters.github.hosted import Hosted, hosted

MINT = "POST /app/installations/{installation_id}/access_tokens"
PERMISSION = "GET /repos/{owner}/{repo}/collaborators/{username}/permission"
PATH = "/repos/acme/app/collaborators/carol/permission"


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def graph(session: Session) -> str:
    """Ask the smallest question; return the name of the repository."""
    answer = session.graph("acme/app", queries.policy("0" * 40, 1))
    return str(answer.repository["nameWithOwner"])


class TestTokens:
    def test_an_installation_has_one_and_keeps_it(self, here: Hosted) -> None:
        app = App(here.twin.app.id, here.twin.app.private_key, here.twin.url)
        (number,) = here.twin.installations
        for _ in range(3):
            app.session(number).read(PATH)
            graph(app.session(number))
        assert here.twin.calls.counts()[MINT] == 1

    def test_a_key_that_is_none_is_the_user_s_error(self, here: Hosted) -> None:
        with pytest.raises(UserError, match="FITGATE_GITHUB_PRIVATE_KEY is no private key") as told:
            App(1, "no key at all", here.twin.url).session(1)
        assert "no key at all" not in str(told.value)

    def test_where_the_app_is_not_installed_is_said(self, here: Hosted) -> None:
        app = App(here.twin.app.id, here.twin.app.private_key, here.twin.url)
        with pytest.raises(ForgeError, match="installation on acme/other") as told:
            app.of_repository("acme/other")
        assert told.value.status == 404

    def test_no_token_is_in_an_error_a_log_or_a_repr(
        self, here: Hosted, caplog: pytest.LogCaptureFixture
    ) -> None:
        secret = "ghp_" + "s3cret" * 6
        session = by_token(secret, here.twin.url)
        with caplog.at_level(logging.DEBUG), pytest.raises(ForgeError) as told:
            session.read(PATH)
        assert told.value.status == 401
        app = App(here.twin.app.id, here.twin.app.private_key, here.twin.url)
        shown = [str(told.value), repr(told.value), caplog.text, repr(session), repr(app)]
        assert not any("s3cret" in text or "PRIVATE KEY" in text for text in shown)
        assert told.value.__cause__ is None


class TestWaits:
    @pytest.mark.parametrize("status", [403, 429])
    def test_a_read_waits_as_it_is_told(self, here: Hosted, status: int) -> None:
        here.twin.troubles.limit(PERMISSION, status=status, retry_after=1)
        begun = time.monotonic()
        assert here.session.read(PATH)["permission"] == "write"
        assert time.monotonic() - begun >= 1

    @pytest.mark.parametrize("status", [403, 429])
    def test_a_question_waits_as_it_is_told(self, here: Hosted, status: int) -> None:
        here.twin.troubles.limit("POST /graphql", status=status, retry_after=1)
        begun = time.monotonic()
        assert graph(here.session) == "acme/app"
        assert time.monotonic() - begun >= 1

    @pytest.mark.parametrize("ask", [graph, lambda session: session.read(PATH)])
    @pytest.mark.parametrize("status", [403, 429])
    def test_a_longer_wait_is_left_to_the_caller(
        self, here: Hosted, ask: object, status: int
    ) -> None:
        here.twin.troubles.limit(status=status, retry_after=900, times=1)
        assert callable(ask)
        with pytest.raises(ForgeError) as told:
            ask(here.session)
        assert (told.value.status, told.value.retry_after) == (status, 900)

    def test_a_write_that_is_limited_is_not_sent_again(self, here: Hosted) -> None:
        pull = here.lowered()
        judged = here.judge(pull)
        here.twin.troubles.limit("POST /repos/{owner}/{repo}/check-runs", retry_after=1)
        with pytest.raises(ForgeError) as told:
            here.forge.apply(judged.facts, judged.verdict)
        assert (told.value.status, told.value.retry_after) == (403, 1)
        assert len(here.twin.calls.of("POST /repos/{owner}/{repo}/check-runs")) == 1


class TestRetries:
    @pytest.mark.parametrize(
        ("on", "ask"), [(PERMISSION, lambda s: s.read(PATH)), ("POST /graphql", graph)]
    )
    def test_reads_are_tried_again_and_then_told(self, here: Hosted, on: str, ask: object) -> None:
        assert callable(ask)
        here.twin.troubles.fail(on, 502, times=2)
        assert ask(here.session)
        here.twin.troubles.fail(on, 502, times=9)
        with pytest.raises(ForgeError, match=r"502|does not answer"):
            ask(here.session)

    def test_a_write_whose_answer_is_lost_is_not_repeated(self, here: Hosted) -> None:
        pull = here.lowered()
        judged = here.judge(pull)
        posting = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments"
        here.twin.troubles.fail(posting, 502, after=True)
        with pytest.raises(ForgeError):
            here.forge.apply(judged.facts, judged.verdict)
        again = here.judge(pull)
        assert here.forge.apply(again.facts, again.verdict) == ()
        assert len(pull.comments) == 1

    def test_nobody_there_is_an_error_of_ours(self) -> None:
        session = by_token("x", "http://127.0.0.1:9")
        with pytest.raises(ForgeError, match="GitHub does not answer"):
            session.read("/rate_limit")
        with pytest.raises(ForgeError, match="GitHub does not answer"):
            graph(session)


def test_what_has_not_changed_is_not_sent_again(here: Hosted) -> None:
    first = here.session.read(PATH)
    assert here.session.read(PATH) == first
    assert [call.status for call in here.twin.calls.of(PERMISSION)] == [200, 304]
