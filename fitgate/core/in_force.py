"""Which policy judges a change: the one at its base, else the last that could be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fitgate.core.classify.looks import Looks
from fitgate.core.reading import PolicyFile, parse_policy
from fitgate.errors import PolicyError, Problem

SHIPPED = "FITGate's default"
UNREADABLE = "the policy cannot be read"
"""How the note begins when the repository's own policy is broken at the base."""


@dataclass(frozen=True, slots=True)
class PolicyText:
    """The policy files of a repository at a commit: path → text. More than one is a mistake."""

    commit: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A policy with its questions compiled."""

    file: PolicyFile
    looks: Looks


def rulebook(file: PolicyFile) -> Rulebook:
    """Compile a policy."""
    return Rulebook(file, Looks(file.policy))


def read_version(version: PolicyText, library: Mapping[str, str]) -> PolicyFile:
    """Read the policy of one commit.

    Raises:
        PolicyError: when it cannot be used, or there are two of them.
    """
    if len(version.files) > 1:
        both = " and ".join(sorted(version.files))
        raise PolicyError(both, [Problem("are both there", remedy="keep one of them")])
    ((path, text),) = version.files.items()
    if path.endswith(".yml"):
        raise PolicyError(path, [Problem("is not read", remedy="rename it to .fitgate.yaml")])
    return parse_policy(text, path, library, version.commit)


def choose(versions: Iterable[PolicyText], library: Mapping[str, str]) -> PolicyFile:
    """Return the newest version that can be used, else the shipped default; the note says why.

    `versions` starts with the policy as it stands at the base. One without files is the answer
    "there is no policy", which is not the same as one that cannot be read.
    """
    trouble = ""
    for version in versions:
        if not version.files:
            break
        try:
            file = read_version(version, library)
        except PolicyError as exc:
            trouble = trouble or f"{UNREADABLE} at {version.commit[:12]}: {exc}"
            continue
        return replace(
            file, note=trouble and f"{trouble}; judged by the one at {version.commit[:12]}"
        )
    default = parse_policy(library["default"], SHIPPED, library)
    note = trouble or "there is no .fitgate.yaml in this repository"
    return replace(default, note=f"{note}; judged by {SHIPPED}, mode {default.policy.mode}")
