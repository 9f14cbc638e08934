"""The content digest of a change: what approvals and the clock are bound to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fitgate.adapters.github.blobs import Blobs
from fitgate.adapters.github.comparing import compared
from fitgate.adapters.github.files import Touched, patches, unpatched
from fitgate.core.content import FilePatch, content_digest
from fitgate.core.facts import Facts, Unknown, Unread


def bound(facts: Facts, ones: Sequence[Touched] | None, blobs: Blobs) -> Facts:
    """Return the facts with the digest of these files; None: they are no longer at hand."""
    if facts.files is None:
        return facts
    if ones is None:
        lost = Unknown("digest", "its patches are no longer at hand")
        return replace(facts, unknown=(*facts.unknown, lost))
    lacking = list(unpatched(ones))
    contents = blobs.read(oid for one in lacking for oid in one.oids)
    hunks = dict(compared(lacking, contents))
    found: list[FilePatch] = []
    for patch in patches(ones, contents, hunks):
        if isinstance(patch, Unread):
            return replace(facts, unknown=(*facts.unknown, Unknown("digest", patch.why)))
        found.append(patch)
    evidence = [setting for file in facts.files for setting in file.settings or ()]
    effects = [effect for file in facts.files for effect in file.effects or ()]
    digest = content_digest(found, evidence, effects)
    return replace(facts, change=replace(facts.change, digest=digest))
