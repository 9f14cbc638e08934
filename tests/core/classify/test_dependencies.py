"""What a change does to what a project depends on."""

import pytest

from fitgate.core.classify.dependencies import (
    compare,
    dependency_effects,
    is_manifest,
    read_dependencies,
)
from fitgate.core.classify.flattening import Unparsable
from fitgate.core.effects import Effect

SHA, OTHER_SHA = "a" * 39 + "1", "b" * 39 + "2"
GIT = "a @ git+https://example.org/o/a"
HASH = "--hash=sha256:" + "0" * 64


def told(path: str, before: str | None, after: str | None) -> list[str]:
    """Write down each effect as `key change`, with the group behind it if there is one."""
    sides = [None if text is None else text.encode() for text in (before, after)]
    return [
        f"{each.key} {each.change}" + (f" in {each.within}" if each.within else "")
        for each in dependency_effects(path, *sides)
    ]


def names(path: str, text: str) -> list[str]:
    """Read a file and keep what names its dependencies."""
    return [each.key for each in read_dependencies(path, text.encode())]


PIP = [
    ("", "a==1", "added"),
    ("a==1", "", "removed group-emptied"),
    ("a==1.1", "a==1.2", "upgraded"),
    ("a==1.1", "a==2.0", "major"),
    ("a==0.1.9", "a==0.2", "major"),
    ("a==0.1.1", "a==0.1.2", "upgraded"),
    ("a==1!1.0", "a==2!1.0", "major"),
    ("a>=1.1", "a>=1.2", "upgraded"),
    ("a>=1.1", "a>=2", "major"),
    ("a==2.0", "a==1.9", "downgraded"),
    ("a==2.0", "a==2.0rc1", "downgraded"),
    ("a>=1.5", "a>=1.4", "downgraded"),
    ("a==1.0", "a", "unpinned"),
    ("a==1.0", "a>=1.0", "unpinned"),
    ("a==1.0", "a~=1.0", "unpinned"),
    ("a==1.0", "a==1.*", "unpinned"),
    ("a===1.0", "a>=2.0", "major unpinned"),
    ("a==1.5", "a>=1.0", "unpinned"),
    ("a>=1,<2", "a>=1", "unbounded"),
    ("a<2", "a", "unbounded"),
    ("a~=1.4", "a>=1.4", "unbounded"),
    ("a==1.*", "a>=1", "unbounded"),
    (f"a==1 {HASH}", "a==1", "hash-dropped"),
    (f"a==1 {HASH} --hash=sha512:00", f"a==1 {HASH}", "hash-dropped"),
    (f"a==1 {HASH}", "a==1 --hash=md5:00", "hash-dropped"),
    (f"a==1 {HASH}", f"a==2 {HASH}", "major"),
    ("a==1", f"{GIT}@{SHA}", "source-changed"),
    (f"{GIT}@{SHA}", "a==1", "published"),
    (GIT, "a>=1", "published"),
    ("a==1", f"{GIT}@main", "movable source-changed unpinned"),
    ("a>=1,<2", GIT, "movable source-changed"),
    ("a==1", "git+https://example.org/o/a#egg=a", "movable source-changed unpinned"),
    ("a==1", "a @ https://example.org/a-1.tar.gz", "source-changed unpinned"),
    ("a==1", "./vendor/a-1.0-py3-none-any.whl", "source-changed"),
    (
        f"{GIT}@v1",
        "a @ git+https://example.org/evil/a@v1",
        "source-changed",
    ),
    (
        f"{GIT}@{SHA}",
        GIT,
        "movable unpinned",
    ),
    (
        f"{GIT}@{SHA}",
        f"{GIT}@v1.2.3",
        "unpinned",
    ),
    (
        f"{GIT}@v1.2.3",
        f"{GIT}@dev",
        "movable unpinned",
    ),
    ("", "a @ git+ssh://git@example.org/o/a@fix/this", "added movable"),
]
NOTHING = [
    ("a==1", "a==1  # why"),
    ("a==1\nb==2", "b==2\n\n\na==1"),
    ("My.Pkg==1", "my_pkg == 1"),
    ("a==1.0", "a==1"),
    ("a>=1,<2", "a<2, >=1"),
    (f"a==1 {HASH}", f"a==1 \\\n    {HASH}"),
    ("a", "a==1"),
    ("a>=1", "a>=1,<2"),
    ("a>=1,<2", "a>=1,<3"),
    ("a>=1", "a>=1,!=1.3"),
    ("a==1", "a[extra]==1"),
    ("a==1", f"a==1 {HASH}"),
    (f"{GIT}@main", f"{GIT}@{SHA}"),
    (f"{GIT}@{SHA}", f"{GIT}@{OTHER_SHA}"),
    (f"{GIT}@main", f"{GIT}@dev"),
    (f"{GIT}.git@v1", "git+ssh://git@example.org/o/a@v1#egg=A"),
    ("a==1; python_version < '3.9'\na==2; python_version >= '3.9'", "a==2; python_version>='3.9'"),
    ("-r base.txt\na==1", "-c other.txt\n-e .\n--no-binary :all:\na==1"),
]


@pytest.mark.parametrize(("before", "after", "changes"), PIP)
def test_a_change_of_a_requirement_has_its_effects(before: str, after: str, changes: str) -> None:
    found = told("requirements.txt", before, after)
    assert [each.split()[1] for each in found] == sorted(changes.split())


@pytest.mark.parametrize(("before", "after"), NOTHING)
def test_what_means_the_same_or_is_stricter_has_no_effect(before: str, after: str) -> None:
    assert told("requirements.txt", before, after) == []


def test_an_effect_shows_what_is_written_and_where() -> None:
    found = dependency_effects("requirements.txt", b"# top\nA.b==1.0\n", b"\n\na-b >=1.0 # loose\n")
    assert found == (
        Effect("dependency", "unpinned", "pypi:a-b", before="==1.0", after=">=1.0", line=3),
    )
    gone = dependency_effects("requirements.txt", b"# top\na==1\nb\n", b"b")
    assert gone == (Effect("dependency", "removed", "pypi:a", before="==1", line=2),)


def test_another_index_is_one_change_of_source_for_all() -> None:
    option, own = "--index" + "-url", "https://pyp" + "i.org/simple"
    assert told("requirements.txt", "a", f"{option} https://example.org/simple\na") == [
        "pypi:* source-changed"
    ]
    assert told("requirements.txt", "a", f"{option} {own}/\na") == []
    assert told("requirements.txt", f"{option}=https://example.org\na", "a") == [
        "pypi:* source-changed"
    ]


def test_a_new_or_deleted_file_adds_or_removes_all_of_it() -> None:
    assert told("requirements.txt", None, "a\nb") == ["pypi:a added", "pypi:b added"]
    assert told("requirements.txt", "a\nb", None) == [
        "pypi:* group-emptied",
        "pypi:a removed",
        "pypi:b removed",
    ]


def test_a_dependency_that_moves_to_another_group_has_no_effect() -> None:
    before = '[project]\ndependencies = ["a==1", "b"]\n'
    after = '[project]\ndependencies = ["b"]\n[dependency-groups]\ndev = ["a==1"]\n'
    assert told("pyproject.toml", before, after) == []
    assert told("pyproject.toml", after, before) == []


def test_one_that_stays_in_another_group_is_removed_from_its_own() -> None:
    both = '[project]\ndependencies = ["a", "b"]\n[dependency-groups]\ndev = ["a"]\n'
    one = '[project]\ndependencies = ["b"]\n[dependency-groups]\ndev = ["a"]\n'
    assert told("pyproject.toml", both, one) == ["pypi:a removed in dependencies"]
    assert told("pyproject.toml", one, both) == ["pypi:a added in dependencies"]


def test_the_last_of_a_group_empties_it() -> None:
    before = '[project]\ndependencies = ["a"]\n[project.optional-dependencies]\nx = ["b"]\n'
    after = '[project]\ndependencies = ["a"]\n[project.optional-dependencies]\nx = []\n'
    assert told("pyproject.toml", before, after) == [
        "pypi:* group-emptied in optional-dependencies.x",
        "pypi:b removed in optional-dependencies.x",
    ]


def test_a_namesake_of_another_publisher_is_a_change_of_source() -> None:
    before = '{"dependencies": {"tool": "^1.0.0"}}'
    assert told("package.json", before, before.replace("tool", "@evil/tool")) == [
        "npm:tool source-changed in dependencies"
    ]
    assert told("package.json", before, before.replace("tool", "@types/tool")) == [
        "npm:@types/tool added in dependencies",
        "npm:tool removed in dependencies",
    ]


def test_two_sides_that_are_absent_have_nothing_between_them() -> None:
    assert compare(None, None) == ()
    assert compare((), None) == ()


MANIFESTS = """
requirements.txt requirements-dev.txt dev_requirements.in a/requirements/base.txt constraints.txt
requirements/dev.lock pyproject.toml a/uv.lock poetry.lock Pipfile Pipfile.lock setup.cfg setup.py
environment.yml env/environment-gpu.yaml package.json package-lock.json yarn.lock pnpm-lock.yaml
Cargo.toml Cargo.lock go.mod pom.xml Dockerfile docker/Dockerfile.gpu api.Dockerfile Containerfile
.github/workflows/ci.yml action.yml a/action.yaml .pre-commit-config.yaml
"""
OTHERS = """
README.txt requirements.md requirements/readme.md go.sum package.yaml Dockerfile.dockerignore
.github/ci.yml workflows/ci.yml .github/workflows/a/b.yml conf.toml build.gradle dockerfiles
"""


@pytest.mark.parametrize("path", MANIFESTS.split())
def test_the_name_of_a_file_tells_that_it_is_a_manifest(path: str) -> None:
    assert is_manifest(path)


@pytest.mark.parametrize("path", OTHERS.split())
def test_other_files_are_no_manifests(path: str) -> None:
    assert not is_manifest(path)
    with pytest.raises(Unparsable):
        read_dependencies(path, b"")


@pytest.mark.parametrize("path", [p for p in MANIFESTS.split() if "." in p[1:]])
@pytest.mark.parametrize("text", [b"\xff\xfe", b"<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n"])
def test_what_cannot_be_parsed_is_said_to_be_so(path: str, text: bytes) -> None:
    with pytest.raises(Unparsable):
        read_dependencies(path, text)


def test_a_manifest_may_have_a_megabyte_and_a_lock_file_eight() -> None:
    with pytest.raises(Unparsable, match="1024 KiB"):
        read_dependencies("requirements.txt", b"#" * ((1 << 20) + 1))
    with pytest.raises(Unparsable, match="8192 KiB"):
        read_dependencies("yarn.lock", b"#" * ((8 << 20) + 1))
    assert read_dependencies("yarn.lock", b"#" * (8 << 20)) == ()
