"""Jobs of a GitLab CI file with all that they take over from others in it."""

from __future__ import annotations

from collections.abc import Iterator

from fitgate.core.classify.ci.tree import MAX_SIZE, NOTHING, Node
from fitgate.core.classify.flattening import Unparsable

_MAX_LEVELS = 11  # https://docs.gitlab.com/ci/yaml/#extends
_MAX_REFERENCES = 10  # https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags
_KEYWORDS = {
    *("after_script", "allow_failure", "before_script", "environment", "except", "inherit"),
    *("needs", "only", "parallel", "rules", "run", "script", "stage", "trigger", "when"),
}


class GitlabFile:
    """Finds what `extends` and `!reference` mean, as far as it stands in the same file."""

    def __init__(self, root: Node) -> None:
        self._root = root
        self._merged: dict[str, tuple[Node, frozenset[str]]] = {}
        self._room = MAX_SIZE

    def job(self, name: str, level: int = 0) -> tuple[Node, frozenset[str]]:
        """Return a job with what it extends merged into it, and which of that is not here.

        Mappings are merged key by key, everything else is replaced, see
        https://docs.gitlab.com/ci/yaml/yaml_optimization/#merge-details. Raises Unparsable where a
        job extends itself, or in more than eleven levels, or takes over too much.
        """
        if name not in self._merged:
            node = self._root[name]
            if level > _MAX_LEVELS:
                raise Unparsable("extends itself, or in too many levels", node.line)
            fields, unseen = dict[str, Node](), frozenset[str]()
            for parent in node["extends"].entries:
                if parent.text in self._root:
                    inherited, missing = self.job(parent.text, level + 1)
                    fields, unseen = self._merge(fields, inherited.fields), unseen | missing
                else:
                    unseen |= {parent.text}
            own = {key: value for key, value in node.fields.items() if key in _KEYWORDS}
            self._merged[name] = Node(self._merge(fields, own), node.line), unseen
        return self._merged[name]

    def entries(self, node: Node, unseen: set[str], depth: int = 0) -> Iterator[Node]:
        """Yield the entries of a list, of lists in it and of those that it refers to.

        Adds what is not in the file to `unseen`.
        """
        if depth > _MAX_REFERENCES:
            raise Unparsable("refers to itself, or in too many levels", node.line)
        self._spend(1)
        if node.tag == "!reference":
            path = [each.text for each in node.entries]
            found = self._root
            for name in path:
                found = found[name]
            if found is NOTHING:
                unseen.add(".".join(path))
            yield from self.entries(found, unseen, depth + 1)
        elif isinstance(node.value, list):
            for each in node.value:
                yield from self.entries(each, unseen, depth + 1)
        elif node.value:
            yield node

    def _merge(self, base: dict[str, Node], over: dict[str, Node]) -> dict[str, Node]:
        merged = {**base}
        for name, value in over.items():
            self._spend(1)
            under = base[name].fields if name in base else {}
            both = bool(under and value.fields)
            merged[name] = Node(self._merge(under, value.fields), value.line) if both else value
        self._spend(len(base))
        return merged

    def _spend(self, amount: int) -> None:
        self._room -= amount
        if self._room < 0:
            raise Unparsable("takes over too much")
