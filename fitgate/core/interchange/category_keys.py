"""How others call our categories: by the pilot pack's keys, by IO-SR numbers, by our own names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fitgate.core.classes import derive, in_order
from fitgate.core.policy import Policy
from fitgate.core.reclassified import Nature
from fitgate.core.shapes import did_you_mean

BY_IO_SR: Mapping[int, str] = {
    1: "deployment", 2: "alignment", 3: "data", 4: "evaluation", 5: "deployment",
}  # fmt: skip
"""The category that a trigger of S-RIOCS is of (fit.md 2.3)."""
_IO_SR = re.compile(r"IO-SR-([1-5])", re.IGNORECASE)


class CategoryKeys:
    """The keys by which a policy's categories are known elsewhere."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._by_key = {name: name for name in policy.taxonomy}
        for name, category in policy.taxonomy.items():
            self._by_key |= dict.fromkeys(category.pilot, name)

    def nature(self, keys: tuple[str, ...]) -> Nature:
        """Return what a change is that these keys are told of.

        Raises:
            ValueError: with the remedy as its second argument, when one of them is not known.
        """
        categories: list[str] = []
        numbers: set[int] = set()
        for key in keys:
            trigger = _IO_SR.fullmatch(key)
            if trigger:
                numbers.add(int(trigger[1]))
                categories += [c for c in (BY_IO_SR[int(trigger[1])],) if c in self._by_key]
            elif key in self._by_key:
                categories.append(self._by_key[key])
            else:
                guess = did_you_mean(key, self._by_key)
                remedy = f"{guess}; or write it beneath `pilot` of a category of the policy"
                raise ValueError(f"`{key}` is the key of no category", remedy)
        ordered = in_order(self._policy, categories)
        found = derive(self._policy, (), ordered, more=numbers)
        return Nature(is_io=True, categories=ordered, classes=found.classes, io_sr=found.io_sr)

    def key(self, category: str) -> str:
        """Return the pilot pack's key of a category; ours, where it has none."""
        known = self._policy.taxonomy.get(category)
        return known.pilot[0] if known and known.pilot else category
