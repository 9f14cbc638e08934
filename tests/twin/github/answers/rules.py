"""Rulesets, rules on branches, rule suites, branch protection."""

from __future__ import annotations

from datetime import timedelta

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, Refusal, listed, serves
from tests.twin.github.shapes import rules as shapes

PERIODS = {"hour": 1, "day": 24, "week": 24 * 7, "month": 24 * 30}
SUITES = "/repos/{owner}/{repo}/rulesets/rule-suites"
# Most pages of the docs ask for writing, a newer one for reading: the twin asks for more, and a
# test that wants the other lowers it.
ADMINISTERS = "administration=write"


@serves("GET /repos/{owner}/{repo}/rulesets")
def rulesets(asked: Asked) -> Answer:
    repo = asked.repo
    return listed(asked, [shapes.listed_ruleset(repo, one) for one in repo.rulesets.values()])


@serves("GET /repos/{owner}/{repo}/rulesets/{ruleset_id}")
def ruleset(asked: Asked) -> Answer:
    repo = asked.repo
    found = repo.rulesets.get(asked.number("ruleset_id"))
    if found is None:
        raise NOT_FOUND
    bypass = asked.caller.may("administration=write", repo)
    return Answer(shapes.ruleset(repo, found, bypass=bypass))


@serves("GET /repos/{owner}/{repo}/rules/branches/{branch}")
def branch_rules(asked: Asked) -> Answer:
    repo = asked.repo
    found = repo.rules_on(asked.given["branch"])
    return listed(asked, [shapes.branch_rule(repo, one, rule) for one, rule in found])


@serves(f"GET {SUITES}", ADMINISTERS)
def rule_suites(asked: Asked) -> Answer:
    query, repo = asked.query, asked.repo
    hours = PERIODS[query.get("time_period", "day")]
    since = asked.twin.clock.now - timedelta(hours=hours)
    found = [one for one in reversed(repo.rule_suites.values()) if one.at >= since]
    result = query.get("rule_suite_result", "all")
    found = [one for one in found if result in ("all", one.result)]
    if ref := query.get("ref"):
        found = [one for one in found if ref in (one.ref, one.ref.removeprefix("refs/heads/"))]
    if actor := query.get("actor_name"):
        found = [one for one in found if one.actor.login == actor]
    return listed(asked, [shapes.suite(repo, one, whole=False) for one in found])


@serves(f"GET {SUITES}/{{rule_suite_id}}", ADMINISTERS)
def rule_suite(asked: Asked) -> Answer:
    found = asked.repo.rule_suites.get(asked.number("rule_suite_id"))
    if found is None:
        raise NOT_FOUND
    return Answer(shapes.suite(asked.repo, found, whole=True))


@serves("GET /repos/{owner}/{repo}/branches/{branch}/protection", "administration=read")
def protection(asked: Asked) -> Answer:
    repo, name = asked.repo, asked.given["branch"]
    if name not in repo.protections:
        raise Refusal(404, "Branch not protected")
    return Answer(shapes.protection(repo, name, repo.protections[name]))
