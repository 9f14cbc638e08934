"""Ways back that are not in Git: what GitHub tells of each, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fitgate.adapters.github.app import by_token
from fitgate.adapters.github.client import GitHub
from fitgate.core.facts import Artifact
from fitgate.errors import ForgeError
from tests.adapters.github.hosted import POLICY, Hosted, hosted

A, B = ("sha256:" + letter * 64 for letter in "ab")
PAGE = "https://github.com/acme/app/releases"
GATED = POLICY.replace(
    "gates:", "gates:\n  - {type: rollback-window, artifact: required, plan: optional}"
)


@pytest.fixture
def here() -> Iterator[Hosted]:
    with hosted() as place:
        yield place


def told(here: Hosted, *refs: str, forge: GitHub | None = None) -> list[Artifact]:
    """Return what is told of these, declared in a pull request; calls are counted from here."""
    body = "\n".join(f"Rollback-Artifact: {ref}" for ref in refs)
    pull = here.lowered(body)
    here.twin.calls.clear()
    return [*((forge or here.forge).pull(pull.number, here.twin.clock.now).artifacts or ())]


def stands(one: Artifact) -> tuple[str, bool | None, bool]:
    return (one.kind, one.resolved, one.movable)


def released(here: Hosted, *, immutable: bool = False) -> None:
    """Release v1 with one asset that has a digest, and one that is too old to have any."""
    here.repo.tag("v1", by="carol")
    assets = {"app.tgz": (7, A.partition(":")[2]), "old.tgz": (7, None)}
    here.repo.release("v1", assets=assets, immutable=immutable)


class TestReleases:
    def test_an_asset_counts_by_its_digest(self, here: Hosted) -> None:
        released(here)
        at = here.twin.clock.now
        here.twin.clock.forward(hours=1)
        found = told(
            here, f"{PAGE}/download/v1/app.tgz@{A}", f"{PAGE}/download/v1/app.tgz#{B}",
            f"{PAGE}/download/v1/app.tgz", f"{PAGE}/download/v1/old.tgz@{A}",
            f"{PAGE}/download/v1/none.tgz@{A}", f"{PAGE}/download/v2/app.tgz@{A}",
            f"{PAGE}/tag/v1",
        )  # fmt: skip
        assert [stands(one) for one in found] == [
            ("asset", True, False), ("asset", False, False), ("asset", True, True),
            ("asset", None, False), ("asset", False, False), ("release", None, False),
            ("release", True, True),
        ]  # fmt: skip
        assert found[0].made_at == at
        assert found[1].why == f"the asset has the digest {A}"
        assert found[3].why == "GitHub knows no digest of it"

    def test_what_can_never_be_changed_needs_none(self, here: Hosted) -> None:
        released(here, immutable=True)
        found = told(here, f"{PAGE}/download/v1/app.tgz", f"{PAGE}/tag/v1")
        assert [stands(one) for one in found] == [("asset", True, False), ("release", True, False)]

    @pytest.mark.parametrize(
        "address",
        [
            f"https://evil.example/acme/app/releases/download/v1/app.tgz@{A}",
            f"https://github.com/acme/other/releases/download/v1/app.tgz@{A}",
            f"https://github.com/acme/app/blob/main/app.tgz@{A}",
            "ftp://x",
        ],
    )
    def test_no_other_address_is_looked_up(self, here: Hosted, address: str) -> None:
        released(here)
        (one,) = told(here, address)
        assert stands(one) == ("address", None, False)
        assert one.why == "it is no release of this repository, and nothing else is looked up"
        assert all("releases" not in call.path for call in here.twin.calls)


class TestImages:
    def test_no_app_may_read_packages(self, here: Hosted) -> None:
        here.twin.publish("acme/app", A)
        here.repo.attest(B)
        for installation in here.twin.installations.values():
            installation.permissions["attestations"] = "read"
        forge = here.restarted()
        found = told(here, f"ghcr.io/acme/app@{A}", f"ghcr.io/acme/app:v1@{B}", forge=forge)
        assert [stands(one) for one in found] == [("image", None, False)] * 2
        assert [one.why for one in found] == [
            "no App may read GitHub's packages, and no attestation tells of it",
            "no App may read GitHub's packages, and GitHub has 1 attestations of it",
        ]

    def test_a_person_s_token_finds_one_by_its_digest(self, here: Hosted) -> None:
        for n in range(103):
            here.twin.publish("acme/app/web", f"sha256:{n:064x}")
        at = here.twin.clock.now
        here.twin.publish("carol/tool", A, "latest")
        here.twin.clock.forward(hours=1)
        forge = GitHub(by_token(here.twin.token("carol"), here.twin.url), here.repo.full_name)
        found = told(
            here, f"ghcr.io/acme/app/web@sha256:{0:064x}", f"ghcr.io/acme/app/web@{B}",
            f"ghcr.io/carol/tool:latest@{A}", f"ghcr.io/acme/none@{A}", "ghcr.io/acme/app:latest",
            f"registry.example/acme/app@{A}", f"app@{A}",
            forge=forge,
        )  # fmt: skip
        assert [stands(one) for one in found] == [
            ("image", True, False), ("image", None, False), ("image", True, False),
            ("image", None, False), ("image", None, True), ("image", None, False),
            ("image", None, False),
        ]  # fmt: skip
        assert found[0].made_at == at
        assert [one.why for one in found[5:]] == [
            "registry.example is not looked up in this version",
            "it names no registry: say ghcr.io/owner/image",
        ]


class TestAttestations:
    def test_one_is_there_and_its_signature_was_not_verified(self, here: Hosted) -> None:
        here.repo.attest(A)
        for installation in here.twin.installations.values():
            installation.permissions["attestations"] = "read"
        found = told(here, A, f"attestation:{B}", forge=here.restarted())
        assert [stands(one) for one in found] == [
            ("attestation", True, False), ("attestation", None, False),
        ]  # fmt: skip
        assert found[0].made_at is None
        assert [one.why for one in found] == [
            "its signature was not verified", "GitHub has no attestation of it",
        ]  # fmt: skip

    def test_without_the_permission_it_is_unknown(self, here: Hosted) -> None:
        (one,) = told(here, A)
        assert (one.resolved, one.why) == (None, "it may not be read")


class TestDeployments:
    def test_the_last_good_one_counts_by_its_commit(self, here: Hosted) -> None:
        first = here.repo.commit("main")
        good = here.repo.deploy("production", by="carol")
        good.succeed()
        at = here.twin.clock.now
        here.twin.clock.forward(hours=1)
        bad_sha = here.repo.push("main", {"x": "1"}, by="bob")
        here.repo.deploy("production", by="carol").fail()
        found = told(
            here, "deployment:production", f"deployment:production@{first[:12]}",
            f"deployment:production@{bad_sha}", "deployment:staging",
        )  # fmt: skip
        assert [stands(one) for one in found] == [
            ("deployment", True, True), ("deployment", True, False),
            ("deployment", False, False), ("deployment", False, False),
        ]  # fmt: skip
        assert found[0].why == f"name its commit: deployment:production@{first}"
        assert found[1].made_at == at

    def test_what_may_not_be_read_is_unknown(self, here: Hosted) -> None:
        for installation in here.twin.installations.values():
            installation.permissions.pop("deployments")
        (one,) = told(here, "deployment:production@1234567", forge=here.restarted())
        assert (one.resolved, one.why) == (
            None, "of the deployments to production it may not be read",
        )  # fmt: skip

    def test_how_one_ended_may_not_be_read(self, here: Hosted) -> None:
        sha = here.repo.commit("main")
        here.repo.deploy("production", by="carol").succeed()
        statuses = "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses"
        here.twin.troubles.fail(statuses, 403)
        (one,) = told(here, f"deployment:production@{sha}")
        assert (one.resolved, one.why) == (
            None, "of how its deployment ended it may not be read",
        )  # fmt: skip

    def test_of_many_only_the_last_are_read(self, here: Hosted) -> None:
        for _ in range(21):
            here.repo.deploy("production", by="carol").fail()
        (one,) = told(here, "deployment:production")
        assert (one.resolved, one.why) == (None, "only the last deployments to production are read")

    def test_an_answer_that_does_not_come_is_no_answer(self, here: Hosted) -> None:
        here.twin.troubles.fail("GET /repos/{owner}/{repo}/deployments", 400)
        with pytest.raises(ForgeError, match="could not be read"):
            told(here, "deployment:production")


def test_the_gate_is_satisfied_by_an_asset_and_by_nothing_that_moves() -> None:
    with hosted(policy=GATED) as here:
        released(here)
        here.twin.clock.forward(hours=1)
        pull = here.lowered(f"Rollback-Artifact: {PAGE}/download/v1/app.tgz@{A}")
        codes = [finding.code for finding in here.judge(pull).verdict.findings]
        assert "artifact-resolved" in codes
        pull.edit(by="alice", body=f"Rollback-Artifact: {PAGE}/download/v1/app.tgz")
        codes = [finding.code for finding in here.judge(pull).verdict.findings]
        assert "artifact-unproven" in codes


def test_more_than_twenty_are_not_looked_up(here: Hosted) -> None:
    found = told(here, *(f"deployment:e{n}" for n in range(25)))
    assert [one.resolved for one in found] == [False] * 20 + [None] * 5
    assert found[-1] == replace(found[-2], ref="deployment:e24")
