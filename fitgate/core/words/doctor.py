"""What a person reads of a repository that was examined: how it stands, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pydantic.types import JsonValue

from fitgate.core.doctoring import Code, Found, State
from fitgate.core.inert import inert

MARKS: Mapping[State, str] = {"good": "✓", "bad": "✗", "unknown": "?"}
_LONGEST = 400


class Words(NamedTuple):
    """A sentence, and what to do next where there is something."""

    said: str
    remedy: str = ""


WORDS: Mapping[Code, Words] = {
    "app-installed": Words("The App is installed."),
    "app-suspended": Words(
        "The App is installed, and suspended: nothing is checked.",
        "Take the suspension back in the account's settings, under Installed GitHub Apps.",
    ),
    "app-missing": Words(
        "The App is not installed on this repository.",
        "Install it, or add the repository to what it is installed on.",
    ),
    "app-untold": Words(
        "Whether the App is installed is not known: {why}.",
        "Run this with FITGATE_GITHUB_APP_ID and FITGATE_GITHUB_PRIVATE_KEY_FILE.",
    ),
    "permissions-granted": Words("All {count} permissions that it needs are granted."),
    "permission-missing": Words(
        "The permission {name}: {level} is missing (it has {has}): {why}.",
        "Ask for it in the App's settings under Permissions; then accept it at the installation.",
    ),
    "events-heard": Words("All events that it needs are subscribed to."),
    "event-missing": Words(
        "The event {name} is not subscribed to.",
        "Tick it in the App's settings under Permissions and events.",
    ),
    "check-pinned": Words(
        "The check `fitgate` is required on the default branch, of our App alone."
    ),
    "check-of-anybody": Words(
        "The check `fitgate` is {words}: whoever may write can give it.",
        "Choose our App as its source, in the ruleset or the branch protection.",
    ),
    "check-not-required": Words(
        "The check `fitgate` is not required on the default branch: nothing is held.",
        "Require it in a ruleset, with our App as its source.",
    ),
    "check-untold": Words(
        "Whether the check `fitgate` is required is not known: {why}.",
        "Grant what is missing, or look at the rules of the default branch yourself.",
    ),
    "nobody-past": Words("Nobody may go past the rules of the default branch."),
    "somebody-past": Words(
        "{who} may go past the ruleset {rules} ({mode}).",
        "Take them off its bypass list, or accept that each time is counted as a bypass.",
    ),
    "exempt-past": Words(
        "{who} is exempt from the ruleset {rules}: no rule suite tells when they go past it.",
        "Choose another mode, or take them off its bypass list.",
    ),
    "administrators-past": Words(
        "Administrators may go past the branch protection.",
        "Tick “Do not allow bypassing the above settings”.",
    ),
    "past-untold": Words(
        "Who may go past the rules of the default branch is not all known: {why}.",
        "Grant administration to the App, or look at the bypass lists yourself.",
    ),
    "policy-valid": Words("The policy {source} can be read, mode {mode}."),
    "policy-broken": Words(
        "The policy is not the one in force: {why}.",
        "Mend it in a pull request that touches nothing else; `fitgate policy lint` says where.",
    ),
    "policy-absent": Words(
        "There is no policy: FITGate's default judges, mode {mode}.",
        "Add .fitgate.yaml to the default branch.",
    ),
    "policy-untold": Words(
        "Whether the policy can be read is not known: {why}.", "Grant contents: read to the App."
    ),
    "policy-owned": Words("Changes to .fitgate.yaml need its owners: {owners} ({file})."),
    "policy-unowned": Words(
        "Nobody owns .fitgate.yaml by {file}.",
        "Add a line `/.fitgate.yaml @your-org/your-team` to CODEOWNERS.",
    ),
    "owners-not-asked": Words(
        "{owners} own .fitgate.yaml by {file}, but no rule asks code owners to approve.",
        "Require review from code owners, in the ruleset or the branch protection.",
    ),
    "owners-untold": Words(
        "Whether owners must approve changes to .fitgate.yaml is not known: {why}.",
        "Grant what is missing, or look at CODEOWNERS yourself.",
    ),
    "environment-guarded": Words(
        "Deployments to {name} wait for our rule, and administrators cannot go past it."
    ),
    "environment-open": Words(
        "Deployments to {name} do not wait for our rule.",
        "Turn it on in the environment's settings, under Deployment protection rules.",
    ),
    "environment-past": Words(
        "Deployments to {name} wait for our rule, and administrators may start them all the same.",
        "Untick “Allow administrators to bypass configured protection rules”.",
    ),
    "environment-untold": Words(
        "Whether {name} is guarded is not all known: {why}.",
        "Look at the environment's settings yourself.",
    ),
    "environment-absent": Words(
        "There is no environment {name} yet: whether it will be guarded is not known.",
        "Make it in the repository's settings, or mend its name in the policy's `boundary`.",
    ),
    "deliveries-arrive": Words("Deliveries arrive; the last one did {hours} h ago."),
    "deliveries-missed": Words(
        "{count} deliveries of the last three days arrived nowhere ({events}).",
        "Look at the App's settings under Advanced: the address, the secret, the answers. The "
        "service asks for them again, and polls what they told of.",
    ),
    "deliveries-silent": Words(
        "No delivery has arrived in the last three days.",
        "Push something, and look again; then at the App's webhook address.",
    ),
    "deliveries-untold": Words(
        "What became of deliveries is not known: {why}.",
        "Run this with FITGATE_GITHUB_APP_ID and FITGATE_GITHUB_PRIVATE_KEY_FILE.",
    ),
    "area-hidden": Words(
        "Not observed: {area}; {why}.",
        "Until it is, what goes past a gate there is in no figure, and GBR says so.",
    ),
}
"""What each code says."""


def found_lines(found: Sequence[Found]) -> Iterator[str]:
    """Yield a line for each finding, and under it what to do next."""
    for one in found:
        said, remedy = sentence_of(one)
        yield f"{MARKS[one.state]} {said}"
        if remedy and one.state != "good":
            yield f"    {remedy}"
    yield ""
    yield summary(found)


def sentence_of(found: Found) -> Words:
    """Return what a finding says, and what to do next."""
    words = WORDS[found.code]
    about = {name: inert(text, _LONGEST) for name, text in found.about.items()}
    return Words(words.said.format(**about), words.remedy)


def summary(found: Sequence[Found]) -> str:
    """Say how many are good, how many are not, and how many are not known."""
    count = {state: sum(one.state == state for one in found) for state in MARKS}
    return f"{count['good']} good, {count['bad']} to be put right, {count['unknown']} not known."


def found_json(found: Found) -> dict[str, JsonValue]:
    """Return a finding as JSON values."""
    said, remedy = sentence_of(found)
    about: dict[str, JsonValue] = dict(found.about)
    return {
        "code": found.code,
        "state": found.state,
        "said": said,
        "remedy": remedy if found.state != "good" else "",
        "about": about,
    }
