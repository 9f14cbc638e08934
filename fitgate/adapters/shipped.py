"""The policies that come with FITGate, by the name that `use` calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from fitgate.errors import UserError

_PACKAGE = Path(__file__).parents[1]


class ShippedPolicies(Mapping[str, str]):
    """`default`, and the packs; a text is read when it is asked for."""

    def __init__(self) -> None:
        root = _root()
        files = (root / "packs").glob("*.yaml")
        packs = {path.stem: path for path in files if "." not in path.stem}  # but no cases
        self._files = {**packs, "default": root / "fitgate.yaml"}

    def __getitem__(self, name: str) -> str:
        return self._files[name].read_text(encoding="utf-8")

    @property
    def compiled(self) -> str:
        """Return the default as JSON, which is read in half the time of YAML."""
        return self._files["default"].with_suffix(".json").read_text(encoding="utf-8")

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def __len__(self) -> int:
        return len(self._files)


def _root() -> Path:
    """Return the folder: inside the wheel, or beside the package where it is developed."""
    for root in (_PACKAGE / "policies", _PACKAGE.parent / "policies"):
        if (root / "fitgate.yaml").is_file():
            return root
    raise UserError("the policies that come with FITGate are missing. Install it again.")
