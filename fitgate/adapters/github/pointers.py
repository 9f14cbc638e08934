"""Which deliveries are ours, and where each says to look."""

# The fields are those of GitHub's "Webhook events and payloads"; a payload of any age is read.

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from fitgate.adapters.github.said import Said
from fitgate.core.events import Happening, Pointer
from fitgate.core.incidents import LABEL
from fitgate.core.plan import OURS

Route = Callable[[Said], Iterable[Pointer]]
CHECK = "fitgate"
"""The name of our check run; that of a deployment is `fitgate/deploy: production`."""
DEPLOY = f"{CHECK}/deploy: "
SIGN = "/sign/"
"""After the name of an environment: one whose reviews are said to that one."""
RETARGETED = "retargeted"
"""The detail of a proposal for another base: its check is withdrawn before anything else."""
_PROPOSING = frozenset(
    {
        "opened", "reopened", "synchronize", "edited", "labeled", "unlabeled", "ready_for_review",
        "converted_to_draft",
    }
)  # fmt: skip
_BRANCH, _QUEUE = "refs/heads/", "refs/heads/gh-readonly-queue/"
_GROUP = re.compile(r"gh-readonly-queue/.+/pr-\d{1,9}-([0-9a-f]{40}(?:[0-9a-f]{24})?)")
_RUN = re.compile(r"/actions/runs/(\d{1,18})/deployment_protection_rule$")
_COMMAND = re.compile(r"^[ \t]*/fitgate\b", re.MULTILINE)
_GONE = {"deleted", "removed", "suspend"}


def _pointer(said: Said, happening: Happening, **more: Any) -> Pointer:  # noqa: ANN401 - its fields
    number, name = said.number("repository", "id"), said.name("repository", "full_name")
    if number is None or name is None:
        raise said.lacking("repository", "id" if number is None else "full_name")
    return Pointer(
        happening,
        _id(number),
        name,
        by=_id(said.number("sender", "id")),
        installation=said.number("installation", "id"),
        **more,
    )


def _id(number: int | None) -> str | None:
    return None if number is None else f"github:{number}"


def _needed(said: Said, *path: str) -> int:
    number = said.number(*path)
    if number is None:
        raise said.lacking(*path)
    return number


def _commit(said: Said, *path: str) -> str:
    oid = said.oid(*path)
    if oid is None:
        raise said.lacking(*path)
    return oid


def _pull(said: Said, happening: Happening) -> Pointer:
    return _pointer(
        said, happening, kind="pull", number=_needed(said, "pull_request", "number"),
        head=said.oid("pull_request", "head", "sha"),
    )  # fmt: skip


def _pull_request(said: Said) -> Iterator[Pointer]:
    action = said.text("action")
    if action == "closed":
        merged = said.yes("pull_request", "merged")
        yield _pull(said, Happening.LANDED if merged else Happening.WITHDRAWN)
    elif action in _PROPOSING:
        detail = RETARGETED if said.has("changes", "base") else ""
        label = said.text("label", "name") or ""
        if action == "unlabeled" and label.casefold().startswith(OURS):
            detail = f"unlabeled:{label}"
        yield replace(_pull(said, Happening.PROPOSED), detail=detail)


def _review(said: Said) -> Iterator[Pointer]:
    yield _pull(said, Happening.PROPOSED)


def _push(said: Said) -> Iterator[Pointer]:
    ref = said.text("ref") or ""
    if ref.startswith(_BRANCH) and not ref.startswith(_QUEUE):
        yield _pointer(
            said, Happening.LANDED, kind="push", ref=ref,
            base=said.oid("before"), head=said.oid("after"),
        )  # fmt: skip


def _merge_group(said: Said) -> Iterator[Pointer]:
    if said.text("action") == "checks_requested":  # what became of it, its push tells
        yield _pointer(
            said, Happening.PROPOSED, kind="group", ref=said.text("merge_group", "head_ref"),
            base=_commit(said, "merge_group", "base_sha"),
            head=_commit(said, "merge_group", "head_sha"),
        )  # fmt: skip


def _at_head(said: Said, happening: Happening, what: str, detail: str = "") -> Iterator[Pointer]:
    """Yield the pull requests that a check names; of a fork's it names none, only the commit."""
    head = _commit(said, what, "head_sha")
    numbers = [pull.number("number") for pull in said.each(what, "pull_requests")]
    for number in dict.fromkeys(filter(None, numbers)) or (None,):
        kind = "pull" if number else None
        yield _pointer(said, happening, kind=kind, number=number, head=head, detail=detail)


def _again(said: Said, what: str, *branch: str) -> Iterator[Pointer]:
    """Yield what is to be checked again: a merge group by its branch, which names its base."""
    name = said.text(*branch) or ""
    if found := _GROUP.fullmatch(name):
        yield _pointer(
            said, Happening.PROPOSED, kind="group", ref=f"{_BRANCH}{name}", base=found[1],
            head=_commit(said, what, "head_sha"),
        )  # fmt: skip
    else:
        yield from _at_head(said, Happening.PROPOSED, what)


def _check_run(said: Said) -> Iterator[Pointer]:
    match said.text("action"):
        case "completed" if not _is_ours(said.text("check_run", "name") or ""):
            yield from _at_head(said, Happening.EVALUATED, "check_run")
        case "rerequested":
            yield from _again(said, "check_run", "check_run", "check_suite", "head_branch")
        case "requested_action":
            button = said.text("requested_action", "identifier")
            yield from _at_head(said, Happening.ASKED, "check_run", f"button:{button}")
        case _:
            return


def deploy_check(environment: str) -> str:
    """Return the name of our check on a commit that is deployed to an environment."""
    return f"{DEPLOY}{environment}"


def _is_ours(name: str) -> bool:
    return name == CHECK or name.startswith(f"{CHECK}/")


def _check_suite(said: Said) -> Iterator[Pointer]:
    match said.text("action"):
        case "requested":
            yield from _at_head(said, Happening.PROPOSED, "check_suite")
        case "rerequested":
            yield from _again(said, "check_suite", "check_suite", "head_branch")
        case "completed":
            yield from _at_head(said, Happening.EVALUATED, "check_suite")
        case _:
            return


def _workflow_run(said: Said) -> Iterator[Pointer]:
    if said.text("action") == "completed":
        yield from _at_head(said, Happening.EVALUATED, "workflow_run")


def _status(said: Said) -> Iterator[Pointer]:
    if said.text("state") != "pending":
        yield _pointer(said, Happening.EVALUATED, head=_commit(said, "sha"))


def _deployed(said: Said, happening: Happening, **more: Any) -> Pointer:  # noqa: ANN401 - its fields
    number, run = said.number("deployment", "id"), more.get("run")
    if number is None and run is None:
        raise said.lacking("deployment", "id")
    where = said.text("environment") or said.text("deployment", "environment")
    return _pointer(
        said, happening, kind="deployment", number=number, environment=where,
        head=said.oid("deployment", "sha"), **more,
    )  # fmt: skip


def _deployment(said: Said) -> Iterator[Pointer]:
    yield _deployed(said, Happening.PROPOSED, run=said.number("workflow_run", "id"))


def _deployment_status(said: Said) -> Iterator[Pointer]:
    match said.text("deployment_status", "state"):
        case "success":
            yield _deployed(said, Happening.LANDED, run=said.number("workflow_run", "id"))
        case "failure" | "error":
            yield _deployed(said, Happening.EVALUATED, run=said.number("workflow_run", "id"))
        case _:
            return


def _protection_rule(said: Said) -> Iterator[Pointer]:
    """Yield the deployment that waits for us; the run is named only in the address to answer to."""
    run = _RUN.search(said.text("deployment_callback_url") or "")
    if run is None:
        raise said.lacking("deployment_callback_url")
    yield _deployed(said, Happening.PROPOSED, run=int(run[1]))


def _deployment_review(said: Said) -> Iterator[Pointer]:
    """Yield the environments that were reviewed, and those that the reviews are said to."""
    run = _needed(said, "workflow_run", "id")
    jobs = [said.text("environment"), said.text("workflow_job_run", "environment")]
    jobs += [job.text("environment") for job in said.each("workflow_job_runs")]
    names = (name for job in jobs if job for name in (job, job.partition(SIGN)[0]))
    for name in dict.fromkeys(names):
        yield replace(_deployed(said, Happening.PROPOSED, run=run), environment=name)


def _release(said: Said) -> Iterator[Pointer]:
    if said.text("action") in {"published", "released"}:  # the other is of one that was a trial
        yield _pointer(
            said, Happening.LANDED, kind="release", number=_needed(said, "release", "id"),
            ref=said.text("release", "tag_name"),
        )  # fmt: skip


def _issue_comment(said: Said) -> Iterator[Pointer]:
    texts = [said.long_text("comment", "body")]
    if said.text("action") == "edited":
        texts.append(said.long_text("changes", "body", "from"))
    asks = any(map(_COMMAND.search, texts)) and said.text("action") in {"created", "edited"}
    if asks and said.has("issue", "pull_request"):
        yield _pointer(
            said, Happening.ASKED, kind="pull", number=_needed(said, "issue", "number"),
            detail=f"comment:{_needed(said, 'comment', 'id')}",
        )  # fmt: skip


def _issues(said: Said) -> Iterator[Pointer]:
    names = [label.text("name") for label in said.each("issue", "labels")]
    named = (name and name.casefold() == LABEL for name in (*names, said.text("label", "name")))
    if any(named):
        yield _pointer(said, Happening.INCIDENT, number=_needed(said, "issue", "number"))


def _controls(said: Said) -> Iterator[Pointer]:
    if said.has("repository"):  # an organisation's own are found when a repository is looked at
        detail = f"{said.event}:{said.text('action') or ''}"
        yield _pointer(said, Happening.CONTROLS_CHANGED, detail=detail)


def _label(said: Said) -> Iterator[Pointer]:
    names = (said.text("label", "name"), said.text("changes", "name", "from"))
    if any(name and name.casefold().startswith(OURS) for name in names):
        yield from _controls(said)


def _installation(said: Said) -> Iterator[Pointer]:
    if said.text("action") in _GONE:
        return
    listed = [*said.each("repositories"), *said.each("repositories_added")]
    sender, installation = said.number("sender", "id"), _needed(said, "installation", "id")
    places = [(each.number("id"), each.name("full_name")) for each in listed]
    whole = [(None, said.text("installation", "account", "login") or "")]
    for number, name in places or whole:
        if name is not None:
            yield Pointer(
                Happening.INSTALLED, _id(number), name, by=_id(sender), installation=installation
            )  # fmt: skip


ROUTES: Mapping[str, Route] = {
    "branch_protection_configuration": _controls,
    "branch_protection_rule": _controls,
    "check_run": _check_run,
    "check_suite": _check_suite,
    "deployment": _deployment,
    "deployment_protection_rule": _protection_rule,
    "deployment_review": _deployment_review,
    "deployment_status": _deployment_status,
    "exemption_request_push_ruleset": _controls,
    "installation": _installation,
    "installation_repositories": _installation,
    "issue_comment": _issue_comment,
    "issues": _issues,
    "label": _label,
    "member": _controls,
    "merge_group": _merge_group,
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "push": _push,
    "release": _release,
    "repository_ruleset": _controls,
    "status": _status,
    "workflow_run": _workflow_run,
}
"""The events that are ours, by their name in X-GitHub-Event; all others are let pass."""
