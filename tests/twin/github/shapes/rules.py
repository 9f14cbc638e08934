"""Rulesets, protections and rule suites as GitHub says them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.shapes.accounts import node_id, user

if TYPE_CHECKING:
    from tests.twin.github.rules import Rules
    from tests.twin.github.rulesets import Evaluation, Protection, Ruleset, RuleSuite
    from tests.twin.github.store import Activity, Store


def required_checks(checks: list[Json]) -> Json:
    """Return a `required_status_checks` rule."""
    said = {"required_status_checks": checks, "strict_required_status_checks_policy": False}
    return {"type": "required_status_checks", "parameters": said}


def pull_request_rule(approvals: int, *, dismiss_stale: bool = False) -> Json:
    """Return a `pull_request` rule."""
    return {
        "type": "pull_request",
        "parameters": {
            "required_approving_review_count": approvals,
            "dismiss_stale_reviews_on_push": dismiss_stale,
            "require_code_owner_review": False,
            "require_last_push_approval": False,
            "required_review_thread_resolution": False,
        },
    }


def merge_queue_rule(grouping: str = "ALLGREEN") -> Json:
    """Return a `merge_queue` rule."""
    return {
        "type": "merge_queue",
        "parameters": {
            "check_response_timeout_minutes": 60,
            "grouping_strategy": grouping,
            "max_entries_to_build": 5,
            "max_entries_to_merge": 5,
            "merge_method": "MERGE",
            "min_entries_to_merge": 1,
            "min_entries_to_merge_wait_minutes": 0,
        },
    }


def bypass_actor(number: int, mode: str, kind: str = "User") -> Json:
    """Return a bypass actor."""
    return {"actor_id": number, "actor_type": kind, "bypass_mode": mode}


def as_rules(classic: Protection) -> list[Json]:
    """Return what a classic protection asks for, in the shape of rules."""
    rules: list[Json] = []
    if classic.checks:
        named = [
            {"context": name, **({"integration_id": app} if app else {})}
            for name, app in classic.checks.items()
        ]
        rules.append(required_checks(named))
    if classic.approvals:
        rules.append(pull_request_rule(classic.approvals, dismiss_stale=classic.dismiss_stale))
    if not classic.allow_force_pushes:
        rules.append({"type": "non_fast_forward"})
    if not classic.allow_deletions:
        rules.append({"type": "deletion"})
    return rules


def ruleset(repo: Rules, one: Ruleset, *, bypass: bool = True) -> Json:
    """Return a `repository-ruleset`; bypass actors only for who may write it."""
    return {
        "id": one.id,
        "name": one.name,
        "target": "branch",
        "source_type": "Repository",
        "source": repo.full_name,
        "enforcement": one.enforcement,
        "node_id": node_id("RepositoryRuleset", one.id),
        "_links": {
            "self": {"href": f"{repo.url}/rulesets/{one.id}"},
            "html": {"href": f"{repo.html}/rules/{one.id}"},
        },
        "conditions": {"ref_name": {"include": one.refs, "exclude": []}},
        "rules": one.rules,
        **({"bypass_actors": one.bypass} if bypass else {}),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }


def listed_ruleset(repo: Rules, one: Ruleset) -> Json:
    """Return a ruleset as the list shows it: without rules, conditions and bypass actors."""
    whole = ruleset(repo, one, bypass=False)
    return {name: said for name, said in whole.items() if name not in ("conditions", "rules")}


def branch_rule(repo: Rules, one: Ruleset, rule: Json) -> Json:
    """Return a rule as it bears on a branch."""
    source = {"ruleset_source_type": "Repository", "ruleset_source": repo.full_name}
    return {**rule, **source, "ruleset_id": one.id}


def suite(repo: Rules, one: RuleSuite, *, whole: bool) -> Json:
    """Return a `rule-suite`; a list has no evaluations."""
    tried = any(
        e.ruleset is not None and e.ruleset.enforcement == "evaluate" for e in one.evaluations
    )
    failed = any(not e.passed for e in one.evaluations)
    return {
        "id": one.id,
        "actor_id": one.actor.id,
        "actor_name": one.actor.login,
        "before_sha": one.before,
        "after_sha": one.after,
        "ref": one.ref,
        "repository_id": repo.id,
        "repository_name": repo.name,
        "pushed_at": stamp(one.at),
        "result": one.result,
        **({"evaluation_result": "fail" if failed else "pass"} if tried else {}),
        **({"rule_evaluations": [_evaluation(e) for e in one.evaluations]} if whole else {}),
    }


def _evaluation(one: Evaluation) -> Json:
    assert one.ruleset is not None
    return {
        "rule_source": {"type": "ruleset", "id": one.ruleset.id, "name": one.ruleset.name},
        "enforcement": one.ruleset.enforcement,
        "result": "pass" if one.passed else "fail",
        "rule_type": one.rule,
        "details": one.details,
    }


def protection(repo: Store, branch: str, one: Protection) -> Json:
    """Return a `branch-protection`."""
    url = f"{repo.url}/branches/{branch}/protection"
    said: Json = {
        "url": url,
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": one.enforce_admins},
        "allow_force_pushes": {"enabled": one.allow_force_pushes},
        "allow_deletions": {"enabled": one.allow_deletions},
        "required_linear_history": {"enabled": False},
    }
    if one.checks:
        said["required_status_checks"] = {
            "url": f"{url}/required_status_checks",
            "strict": False,
            "contexts": list(one.checks),
            "contexts_url": f"{url}/required_status_checks/contexts",
            "checks": [{"context": name, "app_id": app} for name, app in one.checks.items()],
        }
    if one.approvals:
        said["required_pull_request_reviews"] = {
            "url": f"{url}/required_pull_request_reviews",
            "dismiss_stale_reviews": one.dismiss_stale,
            "require_code_owner_reviews": one.code_owners,
            "required_approving_review_count": one.approvals,
        }
    return said


def heard_protection(repo: Store, branch: str, one: Protection) -> Json:
    """Return a protection as its events carry it."""
    return {
        "id": repo.id,
        "repository_id": repo.id,
        "name": branch,
        "created_at": stamp(repo.created_at),
        "updated_at": stamp(repo.twin.clock.now),
        "admin_enforced": one.enforce_admins,
        "required_status_checks": list(one.checks),
        "required_status_checks_enforcement_level": "everyone" if one.checks else "off",
        "required_approving_review_count": one.approvals,
        "pull_request_reviews_enforcement_level": "everyone" if one.approvals else "off",
        "allow_force_pushes_enforcement_level": "everyone" if one.allow_force_pushes else "off",
        "allow_deletions_enforcement_level": "everyone" if one.allow_deletions else "off",
        "dismiss_stale_reviews_on_push": one.dismiss_stale,
        "authorized_actor_names": [],
    }


def activity(repo: Store, one: Activity) -> Json:
    """Return an `activity`."""
    return {
        "id": one.id,
        "node_id": node_id("Push", one.id),
        "before": one.before,
        "after": one.after,
        "ref": one.ref,
        "timestamp": stamp(one.at),
        "activity_type": one.kind,
        "actor": user(repo.twin, one.actor),
    }
