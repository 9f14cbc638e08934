"""The merge queue: each entry's group is built on the one before, checked, and merged in order."""

from __future__ import annotations

from dataclasses import dataclass

from tests.twin.github.answer import Refusal
from tests.twin.github.deployments import Deploying
from tests.twin.github.description import Json
from tests.twin.github.git import Signature
from tests.twin.github.people import User
from tests.twin.github.pulls import Pull
from tests.twin.github.shapes.checks import head_commit
from tests.twin.github.shapes.rules import merge_queue_rule
from tests.twin.github.store import change

BOT = "github-merge-queue[bot]"


@dataclass(slots=True)
class Entry:
    """A pull request in the queue, and the group commit that has it and all before it."""

    pull: Pull
    base_sha: str
    head_sha: str

    @property
    def ref(self) -> str:
        base = self.pull.base_ref
        return f"gh-readonly-queue/{base}/pr-{self.pull.number}-{self.base_sha}"


class Queueing(Deploying):
    """A repository's merge queue, on its default branch."""

    grouping: str = "ALLGREEN"
    has_queue = False

    @change
    def use_queue(self, *, grouping: str = "ALLGREEN") -> None:
        """Require the queue; `HEADGREEN`: a group passes when its last entry does."""
        self.grouping, self.has_queue = grouping, True
        self.require("queue", also=[merge_queue_rule(grouping)])

    @change
    def enqueue(self, pull: Pull, *, by: str) -> Entry:
        """Put a pull request in the queue: its group is built, and checks are asked for."""
        who = self.actor(by, "write")
        if pull.state != "open" or any(one.pull is pull for one in self.queue):
            raise Refusal(422, "Pull request is not open, or queued already")
        entry = self._built(pull)
        self.queue.append(entry)
        pull.happened("enqueued", who)
        self._requested(entry)
        return entry

    @change
    def dequeue(self, pull: Pull, *, by: str) -> None:
        """Take a pull request out; those behind are built again."""
        entry = next(one for one in self.queue if one.pull is pull)
        self._removed(entry, "MANUAL", "dequeued", self.actor(by, "write"))
        self._rebuilt()

    @change
    def settle(self) -> list[Pull]:
        """Merge what has passed, take out what has failed; return what was merged."""
        merged: list[Pull] = []
        for _ in range(len(self.queue)):
            if not self.queue:
                break
            ready = self._ready()
            if ready:
                merged += self._landed(ready)
            elif self._failed(self.queue[0]):
                self._removed(self.queue[0], "CI_FAILURE", "dequeued", self.twin.user(BOT))
                self._rebuilt()
            else:
                break
        return merged

    def _ready(self) -> list[Entry]:
        """Return the entries that can be merged now, together."""
        good = [self._passed(entry) for entry in self.queue]
        if self.grouping == "HEADGREEN":
            last = max((n for n, passed in enumerate(good) if passed), default=-1)
            return self.queue[: last + 1]
        return self.queue[:1] if good[0] else []

    def _required(self) -> list[tuple[str, int | None]]:
        return [
            (check["context"], check.get("integration_id"))
            for _, rule in self.rules_on(self.default_branch)
            if rule["type"] == "required_status_checks"
            for check in rule["parameters"]["required_status_checks"]
        ]

    def _passed(self, entry: Entry) -> bool:
        return all(self.passes(name, entry.head_sha, app) for name, app in self._required())

    def _failed(self, entry: Entry) -> bool:
        """Say whether a required check is over and did not pass."""
        names = {name for name, _ in self._required()}
        return any(
            run.name in names
            and run.status == "completed"
            and run.conclusion not in ("success", "neutral", "skipped")
            for run in self.latest_runs(entry.head_sha)
        )

    def _built(self, pull: Pull) -> Entry:
        base = self.queue[-1].head_sha if self.queue else self.commit(pull.base_ref)
        by = Signature("GitHub", "noreply@github.com", self.twin.clock.now)
        tree = self.git.merged_tree(base, pull.head_sha)
        line = f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head_ref}"
        sha = self.git.commit_tree(tree, [base, pull.head_sha], f"{line}\n\n{pull.title}", (by, by))
        return Entry(pull, base, sha)

    def _requested(self, entry: Entry) -> None:
        self.git.set_ref(f"refs/heads/{entry.ref}", entry.head_sha)
        bot = self.twin.user(BOT)
        self.twin.emit("merge_group", "checks_requested", self._group(entry), self.itself, bot)
        self.suite_requested(entry.head_sha, entry.ref, bot)

    def _group(self, entry: Entry) -> Json:
        return {
            "merge_group": {
                "head_sha": entry.head_sha,
                "head_ref": f"refs/heads/{entry.ref}",
                "base_sha": entry.base_sha,
                "base_ref": f"refs/heads/{entry.pull.base_ref}",
                "head_commit": head_commit(self, entry.head_sha),
            }
        }

    def _destroyed(self, entry: Entry, reason: str, who: User) -> None:
        self.git.set_ref(f"refs/heads/{entry.ref}", None)
        payload = {**self._group(entry), "reason": reason}
        self.twin.emit("merge_group", "destroyed", payload, self.itself, who)

    def _removed(self, entry: Entry, why: str, reason: str, who: User) -> None:
        self.queue.remove(entry)
        entry.pull.happened("dequeued", who, {"reason": why})
        self._destroyed(entry, reason, who)

    def _rebuilt(self) -> None:
        """Build the groups again whose base is gone."""
        waiting, self.queue = self.queue, []
        for entry in waiting:
            base = self.queue[-1].head_sha if self.queue else self.commit(entry.pull.base_ref)
            if entry.base_sha == base:
                self.queue.append(entry)
                continue
            self._destroyed(entry, "invalidated", self.twin.user(BOT))
            self.queue.append(self._built(entry.pull))
            self._requested(self.queue[-1])

    def _landed(self, entries: list[Entry]) -> list[Pull]:
        """Move the base to the last of these, and merge all of them with that."""
        bot = self.twin.user(BOT)
        last = entries[-1]
        kind = "merge_queue_merge"
        pulls = [entry.pull for entry in entries]
        base = last.pull.base_ref
        self.move(base, last.head_sha, bot, via=last.pull, kind=kind, landing=pulls)
        for entry in entries:
            self.queue.remove(entry)
            entry.pull.happened("dequeued", bot, {"reason": "MERGE"})
            entry.pull.landed(entry.head_sha, bot, entry.base_sha)
            self._destroyed(entry, "merged", bot)
        return pulls
