"""The ledger branch where no clone is: the same files, by GitHub's API, whoever else writes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from fitgate.adapters.github.app import by_token
from fitgate.adapters.github.plumbing import Plumbing
from fitgate.adapters.ledger.hosted import HostedLedger
from fitgate.core.canonical import sha256
from fitgate.errors import BrokenChainError, LedgerError
from tests.adapters.git.making import Made, run
from tests.adapters.ledger.conftest import Open
from tests.adapters.ledger.telling import BRANCH, keys, rewrite, told
from tests.builders import HOUR, NOW
from tests.twin.conftest import twin
from tests.twin.github import Repository, Twin
from tests.twin.github.people import LEAST

__all__ = ["twin"]
MOVE = "PATCH /repos/{owner}/{repo}/git/refs/{ref}"
MAKE = "POST /repos/{owner}/{repo}/git/refs"


@dataclass
class Hub:
    """A repository on the twin, and what opens its ledger."""

    twin: Twin
    repo: Repository

    def opened(self, contents: str = "write") -> HostedLedger:
        """Open the ledger as another process would; it never waits."""
        (installation,) = self.twin.installations.values()
        token = self.twin.keys.of_installation(installation, {"contents": contents})
        session = by_token(token.text, self.twin.url)
        return HostedLedger(Plumbing(session, self.repo.full_name), "github:1", lambda _: None)

    def tree(self) -> str:
        """Return the id of all files of the branch together."""
        return run(self.repo.git.path, "rev-parse", f"{BRANCH}^{{tree}}")


@pytest.fixture
def hub(twin: Twin) -> Hub:
    repo = twin.repo("acme/app")
    twin.install("acme", {**LEAST, "contents": "write"})
    return Hub(twin, repo)


def test_a_clone_and_the_api_make_the_same_files(
    hub: Hub, tmp_path: Path, open_branch: Open
) -> None:
    clone = open_branch(Made(tmp_path / "clone").done())
    hosted = hub.opened()
    blobs = [b"facts", "Grüße\r\n".encode(), b"\0\xff", b"x" * (1 << 21), b""]
    for number, now in enumerate((NOW, NOW + HOUR, NOW + 900 * HOUR)):
        for ledger in (clone, hosted):
            ledger.append([told(number), told(f"{number}, “again”")], now, blobs[number:])
        made = run(tmp_path / "clone", "rev-parse", f"{BRANCH}^{{tree}}")
        assert hub.tree() == made
    assert hosted.head() == clone.head()
    assert [hosted.blob(sha256(each)) for each in blobs] == blobs


def test_a_clone_goes_on_where_the_api_ended_and_the_other_way_round(
    hub: Hub, tmp_path: Path, open_branch: Open
) -> None:
    hosted = hub.opened()
    hosted.append([told(1)], NOW)
    run(tmp_path, "clone", "-q", str(hub.repo.git.path), "clone")
    clone = open_branch(tmp_path / "clone")
    assert keys(clone) == ["closed/#1"]
    clone.append([told(2)], NOW)
    hub.repo.git.set_ref(BRANCH, run(hub.repo.git.path, "rev-parse", BRANCH))
    assert [e.seq for e in hosted.append([told(3)], NOW)] == [3]
    assert keys(hub.opened()) == ["closed/#1", "closed/#2", "closed/#3"]


def test_two_runs_that_race_both_write_and_the_chain_hangs_together(hub: Hub) -> None:
    ready, failed = threading.Barrier(3), list[BaseException]()

    def writes(mine: int, ledger: HostedLedger) -> None:
        try:
            ready.wait()
            for number in range(4):
                ledger.append([told(f"{mine}-{number}"), told("both")], NOW, [b"%d" % mine])
        except BaseException as exc:
            failed.append(exc)
            raise

    ledgers = [hub.opened() for _ in range(3)]
    hub.twin.troubles.latency = 0.002
    threads = [
        threading.Thread(target=writes, args=(mine, ledger)) for mine, ledger in enumerate(ledgers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    hub.twin.troubles.latency = 0
    assert failed == []
    found = keys(hub.opened())
    assert sorted(found) == sorted(
        ["closed/#both", *(f"closed/#{m}-{n}" for m in range(3) for n in range(4))]
    )
    refused = [call for call in hub.twin.calls if call.status == 422]
    assert {call.operation for call in refused} <= {MOVE, MAKE}
    assert refused, "they never met"


@pytest.mark.parametrize("first", [True, False])
def test_a_step_whose_answer_is_lost_is_looked_up_and_not_done_twice(
    hub: Hub, *, first: bool
) -> None:
    ledger = hub.opened()
    if not first:
        ledger.append([told(0)], NOW)
    hub.twin.troubles.fail(MAKE if first else MOVE, 502, after=True)
    assert [e.seq for e in ledger.append([told(1)], NOW)] == [1 if first else 2]
    assert len(keys(hub.opened())) == (1 if first else 2)


def test_a_step_that_did_not_happen_is_said_to_be_none(hub: Hub) -> None:
    ledger = hub.opened()
    ledger.append([told(0)], NOW)
    hub.twin.troubles.fail(MOVE, 502)
    with pytest.raises(LedgerError, match="Nothing was written down"):
        ledger.append([told(1)], NOW)
    assert keys(hub.opened()) == ["closed/#0"]
    assert len(ledger.append([told(1)], NOW)) == 1


def test_who_may_not_write_is_told_what_a_workflow_needs(hub: Hub) -> None:
    hub.opened().append([told(0)], NOW)
    ledger = hub.opened(contents="read")
    assert keys(ledger) == ["closed/#0"]
    with pytest.raises(LedgerError, match="permissions: contents: write"):
        ledger.append([told(1)], NOW)


def test_a_rule_against_it_is_told_and_not_tried_again(hub: Hub) -> None:
    ledger = hub.opened()
    ledger.append([told(0)], NOW)
    hub.repo.require("ledger", approvals=1, refs=[BRANCH])
    hub.twin.calls.clear()
    with pytest.raises(LedgerError, match="could not be moved"):
        ledger.append([told(1)], NOW)
    assert len(hub.twin.calls.of(MOVE)) == 1


def test_a_branch_that_was_rewritten_by_force_is_added_to_no_more(hub: Hub) -> None:
    ledger = hub.opened()
    ledger.append([told(0), told(1)], NOW)
    other = hub.repo.push("elsewhere", {"HEAD.json": "{}"})
    hub.repo.git.set_ref(BRANCH, other)
    with pytest.raises(BrokenChainError, match="cut, forked or edited by force"):
        ledger.append([told(2)], NOW)


def test_an_edited_entry_is_named(hub: Hub, tmp_path: Path) -> None:
    hub.opened().append([told(0), told(1)], NOW)
    made = Made(tmp_path / "clone")
    made.git("fetch", "-q", str(hub.repo.git.path), f"{BRANCH}:{BRANCH}")
    lines = made.git("cat-file", "blob", f"{BRANCH}:entries/{NOW:%Y-%m}.jsonl") + "\n"
    edited = lines.replace("#0", "#9", 1).encode()
    rewrite(made, {f"entries/{NOW:%Y-%m}.jsonl": edited})
    made.git("push", "-q", "--force", str(hub.repo.git.path), f"{BRANCH}:{BRANCH}")
    hub.repo.git.set_ref(BRANCH, made.git("rev-parse", BRANCH))
    ledger = hub.opened()
    with pytest.raises(BrokenChainError) as raised:
        ledger.append([told(2)], NOW)
    assert raised.value.seq == 2


def test_what_github_cuts_off_is_no_ledger(hub: Hub) -> None:
    hub.opened().append([told(0)], NOW)
    hub.twin.limits.tree_entries = 1
    with pytest.raises(LedgerError, match="cuts off the tree"):
        hub.opened().head()


def test_an_append_costs_few_requests_and_older_months_are_not_read_again(hub: Hub) -> None:
    ledger, numbers = hub.opened(), count()
    for month in range(3):
        ledger.append([told(next(numbers))], NOW + month * 800 * HOUR)
    hub.twin.calls.clear()
    ledger.append([told(next(numbers))], NOW + 2 * 800 * HOUR, [b"facts"])
    kinds = hub.twin.calls.kinds()
    assert (kinds["read"], kinds["write"]) == (1, 3)
    hub.twin.calls.clear()
    assert len(keys(hub.opened())) == 4
    # the ref, the root, HEAD.json, the list of months, and each month
    assert hub.twin.calls.kinds()["read"] == 4 + 3
