"""A repository's rules: made, asked, and gone past."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tests.twin.github.answer import Refusal
from tests.twin.github.checks import Checks
from tests.twin.github.description import Json
from tests.twin.github.git import ZERO
from tests.twin.github.people import LEVELS, User, at_least
from tests.twin.github.rulesets import Evaluation, Protection, Ruleset, RuleSuite
from tests.twin.github.shapes import rules as shapes
from tests.twin.github.store import change

if TYPE_CHECKING:
    from tests.twin.github.pulls import Pull

ROLE_IDS = {1: "read", 3: "triage", 4: "write", 2: "maintain", 5: "admin"}
"""Ids of the built-in repository roles, as bypass lists name them."""


class Rules(Checks):
    """A repository's rules."""

    @change
    def require(  # noqa: PLR0913 - a ruleset has this many sides
        self,
        name: str = "main",
        *,
        checks: Sequence[tuple[str, int | None]] = (),
        approvals: int | None = None,
        also: Sequence[Json] = (),
        bypass: Sequence[tuple[str, str]] = (),
        refs: Sequence[str] = ("~DEFAULT_BRANCH",),
        enforcement: str = "active",
        by: str | None = None,
    ) -> Ruleset:
        """Make a ruleset.

        `checks`: names, each with the App it is pinned to; `approvals`: through pull requests
        only, with so many approvals; `also`: further rules in GitHub's shape; `bypass`: logins,
        each with a mode (`always`, `pull_request`, `exempt`).
        """
        who = self.actor(by, "admin")
        rules: list[Json] = list(also)
        if checks:
            required = [
                {"context": context, **({"integration_id": app} if app else {})}
                for context, app in checks
            ]
            rules.append(shapes.required_checks(required))
        if approvals is not None:
            rules.append(shapes.pull_request_rule(approvals))
        actors = [shapes.bypass_actor(self.twin.user(login).id, mode) for login, mode in bypass]
        now = self.twin.clock.now
        ruleset = Ruleset(self.twin.fresh(), name, list(refs), rules, actors, enforcement, now, now)
        self.rulesets[ruleset.id] = ruleset
        self._ruled("created", ruleset, who)
        return ruleset

    @change
    def enforce(self, ruleset: Ruleset, enforcement: str, *, by: str | None = None) -> None:
        """Switch a ruleset `active`, `evaluate` or `disabled`."""
        before, ruleset.enforcement = ruleset.enforcement, enforcement
        ruleset.updated_at = self.twin.clock.now
        changes = {"enforcement": {"from": before}}
        self._ruled("edited", ruleset, self.actor(by, "admin"), {"changes": changes})

    @change
    def delete_ruleset(self, ruleset: Ruleset, *, by: str | None = None) -> None:
        """Delete a ruleset."""
        del self.rulesets[ruleset.id]
        self._ruled("deleted", ruleset, self.actor(by, "admin"))

    def _ruled(self, action: str, one: Ruleset, who: User, more: Json | None = None) -> None:
        payload = {"repository_ruleset": shapes.ruleset(self, one), **(more or {})}
        self.twin.emit("repository_ruleset", action, payload, self.itself, who)

    @change
    def protect(self, branch: str, protection: Protection, *, by: str | None = None) -> None:
        """Protect a branch the classic way, or edit how."""
        who = self.actor(by, "admin")
        new = branch not in self.protections
        self.protections[branch] = protection
        payload: Json = {"rule": shapes.heard_protection(self, branch, protection)}
        if not new:
            payload["changes"] = {}
        action = "created" if new else "edited"
        self.twin.emit("branch_protection_rule", action, payload, self.itself, who)

    @change
    def unprotect(self, branch: str, *, by: str | None = None) -> None:
        """Drop a branch's protection."""
        payload = {"rule": shapes.heard_protection(self, branch, self.protections.pop(branch))}
        who = self.actor(by, "admin")
        self.twin.emit("branch_protection_rule", "deleted", payload, self.itself, who)

    def rulesets_on(self, branch: str) -> list[Ruleset]:
        """Return the rulesets that bear on a branch and are active or being tried."""
        return [
            one
            for one in self.rulesets.values()
            if one.enforcement != "disabled" and any(self._covers(ref, branch) for ref in one.refs)
        ]

    def _covers(self, pattern: str, branch: str) -> bool:
        if pattern == "~DEFAULT_BRANCH":
            return branch == self.default_branch
        return pattern == "~ALL" or fnmatchcase(f"refs/heads/{branch}", pattern)

    def rules_on(self, branch: str) -> Iterator[tuple[Ruleset, Json]]:
        """Yield each rule in force on a branch, with its ruleset."""
        for ruleset in self.rulesets_on(branch):
            if ruleset.enforcement == "active":
                for rule in ruleset.rules:
                    yield ruleset, rule

    def dismisses_stale(self, branch: str) -> bool:
        """Say whether a push voids approvals."""
        classic = self.protections.get(branch)
        return (classic is not None and classic.dismiss_stale) or any(
            rule["type"] == "pull_request" and rule["parameters"]["dismiss_stale_reviews_on_push"]
            for _, rule in self.rules_on(branch)
        )

    def in_the_way(self, pull: Pull) -> list[str]:
        """Say what keeps a pull request from being merged."""
        said = self._evaluated(pull.base_ref, "", pull.head_sha, pull, "pr_merge")
        return [f"{one.rule}: {one.details}" for one in said if not one.passed]

    def judge(  # noqa: PLR0913 - all that bears on whether a ref may move
        self,
        branch: str,
        before: str | None,
        after: str | None,
        who: User,
        *,
        via: Pull | None,
        bypass: bool,
        kind: str,
    ) -> None:
        """Ask every rule; record a rule suite if a ruleset had a say.

        Raises:
            Refusal: when a rule fails and the actor does not, or may not, go past it.
        """
        said = self._evaluated(branch, before, after, via, kind)
        audible = [one for one in said if not self._exempt(one.ruleset, who)]
        failed = [one for one in audible if not one.passed and self._active(one)]
        passable = all(self._may_pass(one.ruleset, branch, who, via) for one in failed)
        refused = bool(failed) and not (bypass and passable)
        result = "fail" if refused else "bypass" if failed else "pass"
        recorded = tuple(one for one in audible if one.ruleset is not None)
        if recorded:
            by_rulesets = any(one.ruleset is not None for one in failed)
            suite = RuleSuite(
                self.twin.fresh(), who, before or ZERO, after or ZERO, f"refs/heads/{branch}",
                self.twin.clock.now, result if by_rulesets else "pass", recorded,
            )  # fmt: skip
            self.rule_suites[suite.id] = suite
        if refused:
            why = [one.details or one.rule for one in failed]
            raise Refusal(
                405 if via else 422, f"Repository rule violations found\n\n{why[0]}", *why
            )

    def _active(self, one: Evaluation) -> bool:
        return one.ruleset is None or one.ruleset.enforcement == "active"

    def _exempt(self, ruleset: Ruleset | None, who: User) -> bool:
        return ruleset is not None and "exempt" in self._modes(ruleset, who)

    def _may_pass(self, ruleset: Ruleset | None, branch: str, who: User, via: Pull | None) -> bool:
        if ruleset is None:
            admin = at_least(LEVELS, self.role_of(who.login), "admin")
            return admin and not self.protections[branch].enforce_admins
        modes = self._modes(ruleset, who)
        return "always" in modes or ("pull_request" in modes and via is not None)

    def _modes(self, ruleset: Ruleset, who: User) -> set[str]:
        org = self.twin.orgs.get(self.owner.login)
        modes = set()
        for actor in ruleset.bypass:
            number, mode = actor["actor_id"], actor["bypass_mode"]
            match actor["actor_type"]:
                case "User":
                    matches = number == who.id
                case "RepositoryRole":
                    matches = at_least(LEVELS, self.role_of(who.login), ROLE_IDS[number])
                case "OrganizationAdmin":
                    matches = org is not None and org.members.get(who.login) == "admin"
                case "Team":
                    matches = org is not None and any(
                        team.id == number and who.login in team.members
                        for team in org.teams.values()
                    )
                case "Integration":
                    app = self.twin.apps.get(number)
                    matches = app is not None and app.bot is who
                case _:
                    matches = False
            if matches:
                modes.add(mode)
        return modes

    def _evaluated(
        self, branch: str, before: str | None, after: str | None, via: Pull | None, kind: str
    ) -> list[Evaluation]:
        said = []
        for ruleset in self.rulesets_on(branch):
            for rule in ruleset.rules:
                why = self._objection(rule, before, after, via, kind)
                said.append(Evaluation(ruleset, rule["type"], why is None, why))
        classic = self.protections.get(branch)
        if classic is not None:
            for rule in shapes.as_rules(classic):
                why = self._objection(rule, before, after, via, kind)
                said.append(Evaluation(None, rule["type"], why is None, why))
        return said

    def _objection(
        self, rule: Json, before: str | None, after: str | None, via: Pull | None, kind: str
    ) -> str | None:
        """Say what a rule has against a movement; None: nothing."""
        name = rule["type"]
        if after is None:
            return "Cannot delete this branch" if name == "deletion" else None
        if name == "required_status_checks":
            # In a queue the group's own commit is judged, else the head that was checked.
            sha = via.head_sha if via is not None and kind == "pr_merge" else after
            return self._unchecked(rule["parameters"]["required_status_checks"], sha)
        if name == "pull_request":
            return self._unapproved(rule["parameters"]["required_approving_review_count"], via)
        objections = {
            "non_fast_forward": (kind == "force_push", "Cannot force-push to this branch"),
            "creation": (before is None, "Cannot create this branch"),
            "update": (True, "Cannot update this protected ref."),
            "merge_queue": (
                kind != "merge_queue_merge",
                "Changes must be made through the merge queue",
            ),
        }
        applies, why = objections.get(name, (False, ""))
        return why if applies else None

    def _unchecked(self, wanted: list[Json], sha: str) -> str | None:
        for check in wanted:
            if not self.passes(check["context"], sha, check.get("integration_id")):
                return f'Required status check "{check["context"]}" is expected.'
        return None

    def _unapproved(self, wanted: int, via: Pull | None) -> str | None:
        if via is None:
            return "Changes must be made through a pull request."
        if "CHANGES_REQUESTED" in via.judgements().values():
            return "Changes were requested."
        if len(via.approvals()) < wanted:
            return f"{wanted} approving reviews are required by reviewers with write access."
        return None
