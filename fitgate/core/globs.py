"""Globs over paths, and many of them asked at once."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Sequence

import re2

from fitgate.core.patterns import PatternSet, either

MAX_LENGTH = 2_000
MAX_ALTERNATIVES = 1_000
_MAX_REMEMBERED = 200_000  # paths, about 40 MB

_BRACES = re.compile(r"\\.|[{},]|[^\\{},]+|\\", re.DOTALL)
_RANGE = re.compile(r"\w+\.\.\w+(?:\.\.\w+)?")
_PATH = re.compile(
    r"\\(?P<escaped>.)|\[(?P<members>[!^]?\]?(?:\\.|[^\\\]])*)\]"
    r"|(?P<slash>/)|(?P<stars>\*+)|(?P<any>\?)|\{(?P<words>[^}]*)\}|(?P<text>[^\\\[\]/*?{]+)",
    re.DOTALL,
)
# Words in braces; none is . or .., which no path has.
_WORD = r"[.-]*+\w[\w.-]*+"
_WORDS = rf"\{{({_WORD}(?:,{_WORD})++)\}}"
_BRACES_OF_WORDS = re.compile(rf"(?:[^\\\[\]{{}}]++|{_WORDS})*+")
GLOBSTAR = "**"
_IN_FOLDER = "[^/]*"
_escape = functools.lru_cache(maxsize=4096)(re2.escape)


def check_glob(text: str) -> None:
    """Raise ValueError, with the remedy, unless this is a glob over paths; `!` may precede it."""
    to_re2(text.removeprefix("!"))


@functools.lru_cache(maxsize=4096)
def to_re2(glob: str) -> str:
    r"""Translate a glob over paths into an anchored RE2 pattern.

    `*` and `?` stay inside a folder and match dot files, `[abc]` and `[!abc]` one character,
    `{a,b}` either (nested too), `**/` any folders or none, `/**` everything below, `**` everything;
    a backslash takes the meaning out of what follows. A glob without a slash is the whole path:
    `CODEOWNERS` is the file at the root, `**/CODEOWNERS` any. `!` has no meaning here. Raises
    ValueError if the glob is malformed or could never match a path in a repository.
    """
    return rf"\A(?s:{either(tuple(_path(each)) for each in _without_braces(glob))})\z"


class GlobSet:
    """Lists of globs, asked together which of them match a path.

    A list matches if one of its globs does and none of those that begin with `!`; a list of
    nothing but those means everything except them. Raises ValueError as `check_glob`.
    """

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        bare = (glob.removeprefix("!") for globs in lists for glob in globs)
        index = {glob: i for i, glob in enumerate(dict.fromkeys(bare))}
        self._patterns = PatternSet([to_re2(glob) for glob in index], anchored=True)
        self._lists = [
            (
                frozenset(index[glob] for glob in globs if not glob.startswith("!")),
                frozenset(index[glob[1:]] for glob in globs if glob.startswith("!")),
            )
            for globs in lists
        ]
        self._memo: dict[str, frozenset[int]] = {}
        self._by_hits: dict[tuple[int, ...], frozenset[int]] = {}

    def match(self, path: str) -> frozenset[int]:
        """Return the indices of the lists that match a path, as Git writes it: `folder/file`."""
        found = self._memo.get(path)
        if found is None:
            if len(self._memo) >= _MAX_REMEMBERED:
                self._memo.clear()
                self._by_hits.clear()
            hits = self._patterns.match(path)
            found = self._by_hits.get(hits)
            if found is None:
                found = self._by_hits[hits] = frozenset(self._matching(set(hits)))
            self._memo[path] = found
        return found

    def _matching(self, hits: set[int]) -> Iterator[int]:
        for i, (wanted, unwanted) in enumerate(self._lists):
            if not hits & unwanted and (hits & wanted if wanted else unwanted):
                yield i


def alternatives(glob: str) -> list[str]:
    """Return what a glob with braces stands for; raises ValueError if it is malformed."""
    if not 0 < len(glob) <= MAX_LENGTH:
        raise ValueError(f"is longer than {MAX_LENGTH:,} characters" if glob else "is empty")
    texts = [""]
    opened: list[tuple[list[str], list[str]]] = []  # what stands before a {, and its finished parts
    for part in _BRACES.findall(glob):
        if part == "{":
            opened.append((texts, []))
            texts = [""]
        elif part == "," and opened:
            opened[-1][1].extend(texts)
            texts = [""]
        elif part == "}":
            if not opened:
                raise ValueError(r"has a } without its {; a plain one is written \}")
            before, others = opened.pop()
            texts = others + texts if others else list(_plain_braces(texts))
            if len(before) * len(texts) > MAX_ALTERNATIVES:
                raise ValueError(f"has more than {MAX_ALTERNATIVES:,} alternatives")
            texts = [left + right for left in before for right in texts]
        elif part == "\\":
            raise ValueError("ends with a backslash")
        else:
            texts = [text + part for text in texts]
    if opened:
        raise ValueError(r"has a { without its }; a plain one is written \{")
    return list(dict.fromkeys(texts))


def _without_braces(glob: str) -> list[str]:
    """Return the alternatives; where braces hold only words, which is so of most, the glob itself.

    A pattern can hold such braces as they are, and they often stand for a hundred alternatives.
    """
    if 0 < len(glob) <= MAX_LENGTH and _BRACES_OF_WORDS.fullmatch(glob):
        many = math.prod(words.count(",") + 1 for words in re.findall(_WORDS, glob))
        if many <= MAX_ALTERNATIVES:
            return [glob]
    return alternatives(glob)


def _plain_braces(texts: list[str]) -> Iterator[str]:
    """Keep braces without a comma, as a shell does."""
    if any(map(_RANGE.fullmatch, texts)):
        raise ValueError("has a range in braces; write each one: {1,2,3}")
    return (rf"\{{{text}\}}" for text in texts)


def tokens(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each token; what the pattern does not know is unbalanced."""
    end = 0
    while token := pattern.match(text, end):
        end = token.end()
        yield str(token.lastgroup), token[str(token.lastgroup)]
    if end != len(text):
        raise ValueError(f"has an unbalanced {text[end]}; a plain one is written \\{text[end]}")


def segmented(glob: str) -> list[list[tuple[str, str]]]:
    """Return kind and text of each token, by segment, of a glob that `to_re2` takes, no braces."""
    segments: list[list[tuple[str, str]]] = [[]]
    for kind, part in tokens(_PATH, glob):
        if kind == "slash":
            segments.append([])
        else:
            segments[-1].append((kind, part))
    return segments


def _path(text: str) -> Iterator[str]:
    """Yield the pattern of a path in its parts."""
    segments: list[list[str]] = [[]]
    for kind, part in tokens(_PATH, text):
        if kind == "slash":
            segments.append([])
        elif kind == "stars":
            segments[-1].append(_IN_FOLDER if part == "*" else part)
        elif kind == "members":
            segments[-1].append(_one_of(part))
        elif kind == "words":
            segments[-1].append(f"(?:{'|'.join(map(re2.escape, part.split(',')))})")
        else:
            segments[-1].append("[^/]" if kind == "any" else _escape(part))
    return _joined(segments)


def _joined(segments: list[list[str]]) -> Iterator[str]:
    if not segments[0]:
        raise ValueError("begins with a slash, or can be empty; paths begin with a name")
    if not segments[-1]:
        raise ValueError("ends with a slash; for everything in a folder write folder/**")
    for last, parts in zip([*[False] * (len(segments) - 1), True], segments, strict=True):
        segment = "".join(parts)
        if segment in {"", r"\.", r"\.\."}:
            raise ValueError("has an empty, . or .. segment, which no path in a repository has")
        if segment == GLOBSTAR:
            yield ".+" if last else "(?:.*/)?"
            continue
        if GLOBSTAR in segment:
            raise ValueError("has ** beside other characters; ** stands alone, as in **/*.py")
        yield from ["[^/]+"] if segment == _IN_FOLDER else parts
        yield "" if last else "/"


def _one_of(members: str) -> str:
    """Translate what stands in brackets; a slash is never in it."""
    negated = members[:1] in {"!", "^"}
    chars = re.findall(r"\\?.", members[negated:], re.DOTALL)
    if not chars or "/" in chars or "[:" in members:
        raise ValueError(r"has nothing, a / or a class in brackets; a plain [ is written \[")
    ranges: list[tuple[int, int]] = []
    while chars:
        low = high = chars.pop(0)
        if len(chars) > 1 and chars[0] == "-":
            _, high = chars.pop(0), chars.pop(0)
        ranges.append((ord(low[-1]), ord(high[-1])))
        if low[-1] > high[-1]:
            raise ValueError(f"has the range {low}-{high} the wrong way round")
    below, above = ord("/") - 1, ord("/") + 1
    cut = [(low, min(high, below)) for low, high in ranges if low <= below]
    cut += [(max(low, above), high) for low, high in ranges if high >= above]
    inside = "".join(rf"\x{{{low:x}}}-\x{{{high:x}}}" for low, high in cut)
    return f"[^/{inside}]" if negated else f"[{inside}]"
