"""Conda environments, with the list for pip inside."""

from __future__ import annotations

import re
from dataclasses import replace

from fitgate.core.classify.manifests.dependency import EVERY, Dependency
from fitgate.core.classify.manifests.reading import yaml_root
from fitgate.core.classify.manifests.requirements import requirements_file
from fitgate.core.classify.manifests.versions import conda

_SPEC = re.compile(r"(?:(\S+?)::)?([A-Za-z0-9_][A-Za-z0-9._-]*+)\s*+([^\[#]*+)")
_OWN_CHANNELS = {"defaults", "nodefaults"}


def environment(text: str) -> tuple[Dependency, ...]:
    """Read an environment; its groups are `dependencies` and `pip`, its channels a redirect.

    Raises:
        Unparsable: no YAML, no mapping, or a line for pip that pip would not read.
    """
    root = yaml_root(text)
    found: list[Dependency] = []
    for entry in root["dependencies"].entries:
        for wanted in entry["pip"].entries:
            asked = requirements_file(wanted.text)
            found += (replace(each, group="pip", line=wanted.line) for each in asked)
        if parts := _SPEC.match(entry.text):
            channel, name, version = parts.groups()
            found.append(
                Dependency(
                    "conda", name.lower(), version.strip(), "dependencies", entry.line,
                    conda(version.strip()), channel,
                )
            )  # fmt: skip
    channels = [each.text for each in root["channels"].entries if each.text not in _OWN_CHANNELS]
    if channels:
        line, spec = root["channels"].line, " ".join(channels)
        found.append(Dependency("conda", EVERY, spec, line=line, source=spec, redirect=True))
    return tuple(found)
