"""Deliveries of GitHub's: whose are they, and where do they say to look."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.adapters.github.pointers import ROUTES
from fitgate.adapters.github.webhook import LIMIT, parse, verify
from fitgate.core.events import Event, Happening, Pointer
from fitgate.errors import BadSignatureError, DeliveryError
from tests.builders import NOW

DATA = Path(__file__).parents[2] / "data" / "github-webhooks.json.gz"
EXAMPLES: list[tuple[str, dict[str, Any]]] = json.loads(gzip.decompress(DATA.read_bytes()))[
    "examples"
]
SECRET = "It's a Secret to Everybody"  # noqa: S105 - GitHub's own test vector
BODY = b"Hello, World!"
SIGNED = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
SHA = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
REPO = {"id": 1296269, "full_name": "acme/app"}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """Sign a body as GitHub does."""
    given = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={given}"}


def told(event: str, **fields: object) -> tuple[Pointer, ...] | None:
    """Parse a delivery of our own making."""
    return parse(event, json.dumps({"repository": REPO, **fields}).encode())


def the_one(event: str, **fields: object) -> Pointer:
    """Return where a delivery says to look, which must be one place."""
    found = told(event, **fields)
    assert found is not None
    (pointer,) = found
    return pointer


class TestVerify:
    def test_github_s_own_test_vector_is_accepted(self) -> None:
        verify(BODY, {"x-hub-signature-256": SIGNED}, SECRET)
        assert signed(BODY) == {"X-Hub-Signature-256": SIGNED}

    def test_a_secret_that_is_being_replaced_is_still_accepted(self) -> None:
        verify(BODY, {"X-HUB-SIGNATURE-256": SIGNED}, "the new one", SECRET)
        with pytest.raises(BadSignatureError):
            verify(BODY, {"X-HUB-SIGNATURE-256": SIGNED}, "the new one")

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"X-Hub-Signature": SIGNED},
            {"X-Hub-Signature-256": ""},
            {"X-Hub-Signature-256": SIGNED.removeprefix("sha256=")},
            {"X-Hub-Signature-256": SIGNED[:-1] + "8"},
            {"X-Hub-Signature-256": SIGNED.upper()},
            {"X-Hub-Signature-256": "sha256=ü\udcff"},
        ],
    )
    def test_no_or_another_signature_is_refused(self, headers: dict[str, str]) -> None:
        with pytest.raises(BadSignatureError) as refused:
            verify(BODY, headers, SECRET)
        assert refused.value.status == 401

    @pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
    def test_without_a_secret_nothing_is_believed(self, secrets: tuple[str, ...]) -> None:
        with pytest.raises(BadSignatureError, match="No webhook secret"):
            verify(BODY, signed(BODY, ""), *secrets)

    def test_more_than_github_ever_sends_is_refused(self) -> None:
        body = b"0" * (LIMIT + 1)
        with pytest.raises(DeliveryError) as refused:
            verify(body, signed(body), SECRET)
        assert refused.value.status == 413

    @given(st.binary(max_size=64), st.text(min_size=1, max_size=16))
    def test_what_one_secret_signs_no_other_accepts(self, body: bytes, secret: str) -> None:
        verify(body, signed(body, secret), secret)
        with pytest.raises(BadSignatureError):
            verify(body, signed(body, secret), secret + "!")


class TestExamples:
    def test_there_are_as_many_as_github_s_community_collected(self) -> None:
        assert len(EXAMPLES) == 329

    @pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
    def test_each_is_accepted_signed_refused_otherwise_and_parsed(self, form: bool) -> None:
        counted: Counter[str] = Counter()
        for event, example in EXAMPLES:
            text = json.dumps(example)
            body = urlencode({"payload": text}).encode() if form else text.encode()
            verify(body, signed(body), SECRET)
            with pytest.raises(BadSignatureError):
                verify(body + b" ", signed(body), SECRET)
            for pointer in parse(event, body) or ():
                counted[pointer.happening] += 1
                assert pointer.key.startswith(pointer.repo or pointer.name)
        assert counted == {
            "proposed": 35, "controls-changed": 9, "evaluated": 14, "landed": 9, "installed": 6,
            "withdrawn": 2, "asked": 1,
        }  # fmt: skip

    def test_the_events_that_are_not_ours_are_let_pass(self) -> None:
        others = [(event, x) for event, x in EXAMPLES if event not in ROUTES]
        assert len(others) > 100
        assert all(parse(event, json.dumps(x).encode()) is None for event, x in others)


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"", 415),
            (b"not json", 415),
            (b"\xff\xfe", 415),
            (b"payload=%7B", 415),
            (b"payload=" + b"a&" * 20, 415),
            (b"payload=\xff", 415),
            (b"[1]", 400),
            (b"1" * 5000, 415),
            (b"[" * 10_000 + b"]" * 10_000, 400),
            (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
            (b'{"action": "opened"}', 400),
            (b'{"action": "opened", "repository": {"id": true, "full_name": "a/b"}}', 400),
            (b'{"action": "opened", "repository": {"id": 1, "full_name": "../etc"}}', 400),
            (b'{"action": "opened", "repository": {"id": 1, "full_name": "a/b"}}', 400),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_a_reason(self, body: bytes, status: int) -> None:
        with pytest.raises(DeliveryError) as refused:
            parse("pull_request", body)
        assert refused.value.status == status
        assert str(refused.value).endswith(".")

    @given(st.sampled_from(sorted(ROUTES)), st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(
                ["repository", "id", "full_name", "action", "ref", "sha", "check_run", "issue"]
            ), inner, max_size=4,
        ),
    ))  # fmt: skip
    def test_any_json_is_read_or_refused(self, event: str, document: object) -> None:
        try:
            found = parse(event, json.dumps(document).encode())
        except DeliveryError:
            return
        assert found is None or all(isinstance(each, Pointer) for each in found)


class TestPointers:
    def test_a_pull_request_is_pointed_at_by_number_and_the_host_s_id(self) -> None:
        pull = {"number": 7, "head": {"sha": SHA}, "merged": False}
        pointer = the_one(
            "pull_request", action="synchronize", pull_request=pull,
            installation={"id": 5}, sender={"id": 9, "login": "ada"},
        )  # fmt: skip
        assert pointer == Pointer(
            Happening.PROPOSED, "github:1296269", "acme/app", "pull", 7,
            head=SHA, by="github:9", installation=5,
        )  # fmt: skip
        assert pointer.key == "github:1296269#7"
        assert pointer.event(NOW) == Event(Happening.PROPOSED, None, SHA, NOW, on=pointer)

    def test_a_merge_is_a_landing_and_a_close_is_none(self) -> None:
        pull = {"number": 7, "head": {"sha": SHA}}
        merged = the_one("pull_request", action="closed", pull_request={**pull, "merged": True})
        closed = the_one("pull_request", action="closed", pull_request={**pull, "merged": False})
        assert (merged.happening, closed.happening) == (Happening.LANDED, Happening.WITHDRAWN)

    def test_a_changed_base_is_told_apart(self) -> None:
        pull = {"number": 7, "head": {"sha": SHA}}
        base = {"ref": {"from": "main"}}
        moved = the_one("pull_request", action="edited", pull_request=pull, changes={"base": base})
        named = the_one("pull_request", action="edited", pull_request=pull, changes={"title": {}})
        assert (moved.detail, named.detail) == ("retargeted", "")

    def test_a_push_to_a_branch_points_at_what_it_moved(self) -> None:
        moved = the_one("push", ref="refs/heads/main", before="a" * 40, after="b" * 40)
        made = the_one("push", ref="refs/heads/topic", before="0" * 40, after="b" * 40)
        gone = the_one("push", ref="refs/heads/topic", before="a" * 40, after="0" * 40)
        assert (moved.base, moved.head, moved.kind) == ("a" * 40, "b" * 40, "push")
        assert (made.base, gone.head) == (None, None)

    @pytest.mark.parametrize(
        "ref", ["refs/tags/v1", "refs/heads/gh-readonly-queue/main/pr-1-x", None, 7]
    )
    def test_a_push_of_anything_else_is_not_ours(self, ref: object) -> None:
        assert told("push", ref=ref, before="a" * 40, after="b" * 40) is None

    def test_a_merge_group_points_at_the_commits_that_it_would_land(self) -> None:
        group = {"head_sha": "b" * 40, "base_sha": "a" * 40, "head_ref": "refs/heads/gh-…"}
        pointer = the_one("merge_group", action="checks_requested", merge_group=group)
        assert (pointer.kind, pointer.base, pointer.head) == ("group", "a" * 40, "b" * 40)
        assert told("merge_group", action="destroyed", merge_group=group) is None

    def test_a_check_points_at_its_pull_requests_or_else_at_its_commit(self) -> None:
        run = {"name": "evals", "head_sha": SHA, "pull_requests": [{"number": 7}, {"number": 9}]}
        both = told("check_run", action="completed", check_run=run)
        assert both is not None
        assert [each.number for each in both] == [7, 9]
        fork = the_one("check_run", action="completed", check_run={**run, "pull_requests": []})
        assert (fork.number, fork.kind, fork.head) == (None, None, SHA)
        assert fork.key == f"github:1296269@{SHA}"

    @pytest.mark.parametrize("name", ["fitgate", "fitgate/deploy: production"])
    def test_our_own_check_starts_nothing(self, name: str) -> None:
        run = {"name": name, "head_sha": SHA, "pull_requests": [{"number": 7}]}
        assert told("check_run", action="completed", check_run=run) is None

    def test_a_button_tells_which_and_who(self) -> None:
        run = {"name": "fitgate", "head_sha": SHA, "pull_requests": [{"number": 7}]}
        pointer = the_one(
            "check_run", action="requested_action", check_run=run,
            requested_action={"identifier": "recheck"}, sender={"id": 9},
        )  # fmt: skip
        assert (pointer.happening, pointer.detail, pointer.by) == (
            Happening.ASKED, "button:recheck", "github:9",
        )  # fmt: skip

    def test_a_deployment_that_waits_names_the_run_to_answer(self) -> None:
        url = "https://api.github.com/repos/acme/app/actions/runs/42/deployment_protection_rule"
        pointer = the_one(
            "deployment_protection_rule", action="requested", environment="production",
            deployment={"id": 3, "sha": SHA, "environment": "production"},
            deployment_callback_url=url,
        )  # fmt: skip
        assert (pointer.run, pointer.number, pointer.environment) == (42, 3, "production")
        assert pointer.key == "github:1296269!deploy/3/production"

    @pytest.mark.parametrize(
        ("state", "happening"),
        [("success", Happening.LANDED), ("failure", Happening.EVALUATED), ("pending", None)],
    )
    def test_a_deployment_lands_when_it_succeeds(
        self, state: str, happening: Happening | None
    ) -> None:
        deployment = {"id": 3, "sha": SHA, "environment": "production"}
        found = told("deployment_status", deployment=deployment, deployment_status={"state": state})
        assert [each.happening for each in found or ()] == [happening] * bool(happening)

    def test_only_a_command_in_a_comment_on_a_pull_request_is_ours(self) -> None:
        issue = {"number": 7, "pull_request": {}}
        asks = {"id": 5, "body": "please\r\n/fitgate recheck"}
        pointer = the_one("issue_comment", action="created", issue=issue, comment=asks)
        assert (pointer.happening, pointer.number, pointer.detail) == (
            Happening.ASKED, 7, "comment:5",
        )  # fmt: skip
        talk = {**asks, "body": "see docs/fitgate and /fitgates"}
        assert told("issue_comment", action="created", issue=issue, comment=talk) is None
        assert told("issue_comment", action="deleted", issue=issue, comment=asks) is None
        assert told("issue_comment", action="created", issue={"number": 7}, comment=asks) is None

    def test_a_comment_that_is_or_was_a_command_is_ours_when_it_is_edited(self) -> None:
        issue = {"number": 7, "pull_request": {}}
        asks, silent = {"id": 5, "body": "/fitgate recheck"}, {"id": 5, "body": "never mind"}
        was = {"body": {"from": "/fitgate recheck"}}
        assert told("issue_comment", action="edited", issue=issue, comment=asks)
        assert told("issue_comment", action="edited", issue=issue, comment=silent, changes=was)
        assert told("issue_comment", action="edited", issue=issue, comment=silent) is None

    def test_an_issue_is_ours_when_it_is_an_incident(self) -> None:
        issue = {"number": 8, "labels": [{"name": "Incident"}]}
        assert the_one("issues", action="closed", issue=issue).happening is Happening.INCIDENT
        assert told("issues", action="closed", issue={"number": 8, "labels": []}) is None

    def test_a_label_of_ours_that_is_renamed_changes_a_control(self) -> None:
        renamed = {"name": {"from": "io:data"}}
        pointer = the_one("label", action="edited", label={"name": "x"}, changes=renamed)
        assert pointer.detail == "label:edited"
        assert told("label", action="deleted", label={"name": "bug"}) is None

    def test_a_new_permission_of_an_installation_points_at_the_account(self) -> None:
        installation = {"id": 5, "account": {"login": "acme"}}
        pointer = the_one(
            "installation", action="new_permissions_accepted", installation=installation
        )
        assert (pointer.repo, pointer.key) == (None, "acme!installation/5")
        assert told("installation", action="deleted", installation=installation) is None
