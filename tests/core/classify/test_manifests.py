"""Manifests in each format, and what a change of one entry in them does."""

import pytest

from fitgate.core.classify.flattening import Unparsable
from tests.core.classify.test_dependencies import OTHER_SHA, SHA, names, told

POETRY = '[tool.poetry.dependencies]\npython = "^3.9"\na = {}\n'
UV = '[project]\ndependencies = ["a"]\n[tool.uv.sources]\n'
PYPROJECT = '[project]\ndependencies = [\n  "{}",\n]\n'
PIPFILE = "[packages]\na = {}\n"
NPM = '{{"devDependencies": {{"a": "{}"}}}}'
CARGO = "[dependencies]\na = {}\n"
GO = "module example.org/m\n\ngo 1.22\n\nrequire (\n\texample.org/a {}\n)\n"
MAVEN = (
    "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>{}</version></dependency>"
)
VARIABLE = MAVEN.replace("{}", "${{v}}")
POM = f'<project xmlns="x"><dependencies>{MAVEN}</dependencies></project>'
CONDA = "dependencies:\n  - {}\n"
USES = "jobs:\n  t:\n    steps:\n      - uses: {}\n"
HOOKS = "repos:\n  - repo: https://example.org/o/a\n    rev: {}\n"
DIGEST = "sha256:" + "c" * 64

CASES = [
    ("pyproject.toml", PYPROJECT, "a==1", "a>=1", "unpinned"),
    ("pyproject.toml", PYPROJECT, "a>=1,<2", "a>=1", "unbounded"),
    ("pyproject.toml", POETRY, '"^1.2"', '">=1.2"', "unbounded"),
    ("pyproject.toml", POETRY, '"1.2.3"', '"*"', "unpinned"),
    ("pyproject.toml", POETRY, '"^1.2"', '"^2.0"', "major"),
    ("pyproject.toml", POETRY, '"^1.2 || ^2"', '"^1.2"', ""),
    ("pyproject.toml", POETRY, '"1.2"', '{git = "https://x.org/a", branch = "b"}',
     "movable source-changed unpinned"),
    ("pyproject.toml", POETRY, '{git = "https://x.org/a", tag = "v1"}',
     '{git = "https://x.org/a.git"}', "movable"),
    ("pyproject.toml", POETRY, '"^1"', '{path = "../a", develop = true}', "source-changed"),
    ("pyproject.toml", POETRY, '"^1"', '{version = "^1", extras = ["x"]}', ""),
    ("pyproject.toml", UV + "{}", "", 'a = {git = "https://x.org/a"}', "movable source-changed"),
    ("pyproject.toml", UV + "{}", "", "a = {workspace = true}", "source-changed"),
    ("pyproject.toml", UV + "a = {{git = 'https://x.org/a', {}}}", f"rev = '{SHA}'", "branch = 'b'",
     "movable unpinned"),
    ("Pipfile", PIPFILE, '"==1"', '"*"', "unpinned"),
    ("Pipfile", PIPFILE, '{version = "==1"}', '"==1"', ""),
    ("setup.cfg", "[options]\ninstall_requires =\n    {}\n    b\n", "a==1", "a", "unpinned"),
    ("setup.cfg", "[options.extras_require]\nx = {}; b\n", "a<2", "a", "unbounded"),
    ("environment.yml", CONDA, "a=1.2", "a", "unbounded"),
    ("environment.yml", CONDA, "a==1.2", "a>=1.2", "unpinned"),
    ("environment.yml", CONDA, "a=1.2.3", "a=1.2", "unpinned"),
    ("environment.yml", CONDA, "a=1.2.3=py_0", "a=1.3.0=py_1", "upgraded"),
    ("environment.yml", CONDA, "a=1.2", "forge::a=1.2", "source-changed"),
    ("environment.yml", CONDA, "pip:\n    - a==1", "pip:\n    - a", "unpinned"),
    ("environment.yml", "channels: [{}]\ndependencies: [a]\n", "forge", "other", "source-changed"),
    ("package.json", NPM, "1.2.3", "^1.2.3", "unpinned"),
    ("package.json", NPM, "^1.2.3", "^1.3.0", "upgraded"),
    ("package.json", NPM, "^1.2.3", "^2.0.0", "major"),
    ("package.json", NPM, "~0.1.3", "~0.2.0", "major"),
    ("package.json", NPM, "^1.2.3", ">=1.2.3", "unbounded"),
    ("package.json", NPM, "1 - 2", ">=1", "unbounded"),
    ("package.json", NPM, "1.x || 2.x", ">=1", "unbounded"),
    ("package.json", NPM, "^1.2.3", "*", "movable unbounded"),
    ("package.json", NPM, "1.2.3", "latest", "movable unpinned"),
    ("package.json", NPM, "latest", "next", ""),
    ("package.json", NPM, "latest", "1.2.3", ""),
    ("package.json", NPM, "1.2.3", "v1.2.3", ""),
    ("package.json", NPM, "1.2.0-rc.1", "1.2.0-rc.2", "upgraded"),
    ("package.json", NPM, "1.2.0", "1.2.0-rc.2", "downgraded"),
    ("package.json", NPM, "1.2.3", "npm:b@1.2.3", "source-changed"),
    ("package.json", NPM, "npm:@o/b@1.2.3", "npm:@o/b@1.2.4", "upgraded"),
    ("package.json", NPM, "^1", "o/r", "movable source-changed"),
    ("package.json", NPM, "o/r#v1.2.3", "git+https://github.com/o/r.git#v1.2.3", ""),
    ("package.json", NPM, f"github:o/r#{SHA}", "github:o/r#main", "movable unpinned"),
    ("package.json", NPM, "o/r#semver:^1.2", "o/r#semver:^2.0", "major"),
    ("package.json", NPM, "^1", "file:../a", "source-changed"),
    ("package.json", NPM, "^1", "https://x.org/a.tgz", "source-changed"),
    ("package.json", NPM, "^1", "catalog:", ""),
    ("Cargo.toml", CARGO, '"1.2"', '"1.3"', "upgraded"),
    ("Cargo.toml", CARGO, '"=1.2.3"', '"1.2.3"', "unpinned"),
    ("Cargo.toml", CARGO, '"1.2"', '">=1.2"', "unbounded"),
    ("Cargo.toml", CARGO, '"1.2"', '"*"', "movable unbounded"),
    ("Cargo.toml", CARGO, '"1.2"', '{version = "1.2", features = ["x"]}', ""),
    ("Cargo.toml", CARGO, '"1.2"', '{git = "https://x.org/a"}', "movable source-changed"),
    ("Cargo.toml", CARGO, f'{{git = "https://x.org/a", rev = "{SHA}"}}',
     '{git = "https://x.org/a", branch = "1"}', "movable unpinned"),
    ("Cargo.toml", CARGO, '"1.2"', '{package = "b", version = "1.2"}', "source-changed"),
    ("Cargo.toml", CARGO, '"1.2"', "{workspace = true}", ""),
    ("Cargo.toml", CARGO.format("'1'") + "{}", "", '[patch.x]\na = {path = "a"}', "source-changed"),
    ("go.mod", GO, "v1.2.3", "v1.2.4", "upgraded"),
    ("go.mod", GO, "v1.2.3", "v1.2.3 // indirect", ""),
    ("go.mod", GO + "exclude example.org/a {}\n".replace("{}", "v1.0.0"), "v1.2.3", "v1.1.0",
     "downgraded"),
    ("go.mod", GO.replace("/a {}", "/a{} v1.0.0"), "", "/v2", ""),
    ("go.mod", GO.format("v1.0.0") + "{}", "", "replace example.org/a => ../a", "source-changed"),
    ("go.mod", GO.format("v1.0.0") + "{}", "", "replace example.org/a v1.0.0 => x.org/f v1.0.0",
     "source-changed"),
    ("go.mod", GO.format("v1.0.0") + "{}", "", "replace example.org/a => example.org/a v1.0.1", ""),
    ("pom.xml", POM, "1.2", "1.3", "upgraded"),
    ("pom.xml", POM, "1.2", "[1.2,)", "unpinned"),
    ("pom.xml", POM, "[1.2,2)", "[1.2,)", "unbounded"),
    ("pom.xml", POM, "1.2", "LATEST", "movable unpinned"),
    ("pom.xml", POM, "1.2", "1.3-SNAPSHOT", "movable unpinned"),
    ("pom.xml", POM, "1.2", "${elsewhere}", ""),
    ("pom.xml", f"<p><properties><v>{{}}</v></properties>{VARIABLE}</p>", "1.2", "2.0", "major"),
    ("pom.xml", POM.replace("</project>", "{}</project>").replace("{}", "1", 1), "",
     "<repositories><repository><url>https://x.org/m</url></repository></repositories>",
     "source-changed"),
    ("pom.xml", (f"<p><profiles><profile><b><plugin><artifactId>x</artifactId>{MAVEN}</plugin></b>"
     "</profile></profiles></p>"), "1", "2", "major"),
    ("pom.xml", POM, "[1.2]", "[1.2.0]", ""),
    ("pom.xml", POM, "1.0-beta1", "1.0", "upgraded"),
    ("pom.xml", POM, "no-number", "none-either", ""),
    ("Pipfile", PIPFILE, '"==1"', ('{version = "==1", index = "x"}\n[[source]]\nname = "x"\n'
     'url = "https://x.org/simple"'), "source-changed source-changed"),
    ("pyproject.toml", POETRY, '"^1"', '{url = "https://x.org/a.zip"}', "source-changed"),
    ("Cargo.toml", CARGO, '"1"', '{version = "1", registry = "x"}', "source-changed"),
    ("package.json", NPM, "^1 || ^2", "^2", "major"),
    ("Dockerfile", "FROM {} AS b\nFROM b\n", "python:3.11.4", "python:3.11.5-slim", "upgraded"),
    ("Dockerfile", "FROM {}\n", "python:3.11.4", "python:3.11", "unpinned"),
    ("Dockerfile", "FROM {}\n", "python:3.11", "python:3.11.4", ""),
    ("Dockerfile", "FROM {}\n", "python:3.11", "python", "movable"),
    ("Dockerfile", "FROM {}\n", "python:3.11.4", "python:latest", "movable unpinned"),
    ("Dockerfile", "FROM {}\n", f"a:1.2.3@{DIGEST}", "a:1.2.3", "unpinned"),
    ("Dockerfile", "FROM {}\n", f"a:1.2@{DIGEST}", f"a:1.3@{DIGEST}", "upgraded"),
    ("Dockerfile", "FROM {}\n", "a:1", "docker.io/library/a:1", ""),
    ("Dockerfile", "FROM {}\n", "a:1", "example.org:5000/x/a:1", "source-changed"),
    ("Dockerfile", "FROM {}\n", "a", "b", "added movable removed"),
    ("Dockerfile", "ARG V={}\nFROM --platform=$P a:${{V}}-slim\n", "3.1.2", "latest",
     "movable unpinned"),
    (".github/workflows/a.yml", USES, f"o/a@{SHA}", "o/a@v4", "unpinned"),
    (".github/workflows/a.yml", USES, f"o/a@{SHA} # v4", f"o/a@{OTHER_SHA} # v5", ""),
    (".github/workflows/a.yml", USES, "o/a@v4", "o/a@main", "movable"),
    (".github/workflows/a.yml", USES, "o/a@v4", "o/a@v5", "major"),
    (".github/workflows/a.yml", USES, "o/a@v4", "O/a@v4", ""),
    (".github/workflows/a.yml", USES, "o/a@v4", "evil/a@v4", "source-changed"),
    (".github/workflows/a.yml", USES, "./a", "docker://a:1", "added"),
    ("action.yml", "runs: {{steps: [uses: {}]}}", f"o/a@{SHA}", "o/a@master", "movable unpinned"),
    (".pre-commit-config.yaml", HOOKS, "v1.2.3", "v1.3.0", "upgraded"),
    (".pre-commit-config.yaml", HOOKS, SHA, "main", "movable unpinned"),
    (".pre-commit-config.yaml", HOOKS, SHA, "v1.2.3", "unpinned"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "frame", "before", "after", "changes"), CASES)
def test_a_change_of_an_entry_has_its_effects(
    path: str, frame: str, before: str, after: str, changes: str
) -> None:
    found = told(path, frame.format(before), frame.format(after))
    assert sorted(each.split()[1] for each in found) == sorted(changes.split())


GROUPS = {
    "pyproject.toml": (
        """
build-system.requires = ["hatchling"]
[project]
dependencies = ["a"]
optional-dependencies = {x = ["b"]}
[dependency-groups]
dev = ["c", {include-group = "x"}]
[tool.poetry.dev-dependencies]
d = "*"
[tool.poetry.group.docs.dependencies]
e = "*"
""",
        (
            "build-system.requires dependencies optional-dependencies.x dependency-groups.dev "
            "poetry.group.dev poetry.group.docs"
        ),
    ),
    "package.json": (
        '{"dependencies": {"a": "1"}, "peerDependencies": {"b": "1"}, "scripts": {"c": "1"}}',
        "dependencies peerDependencies",
    ),
    "Cargo.toml": (
        (
            "[dependencies]\na='1'\n[dev-dependencies]\nb='1'\n[build-dependencies]\nc='1'\n"
            "[target.'cfg(unix)'.dependencies]\nd='1'\n[workspace.dependencies]\ne='1'\n"
        ),
        (
            "dependencies dev-dependencies build-dependencies target.cfg(unix).dependencies "
            "workspace.dependencies"
        ),
    ),
    "pom.xml": (
        (
            f"<project><parent><groupId>g</groupId><artifactId>p</artifactId></parent>"
            f"<dependencyManagement><dependencies>{MAVEN}</dependencies></dependencyManagement>"
            f"<dependencies>{MAVEN.replace('</d', '<scope>test</scope></d')}</dependencies>"
            "<build><plugins><plugin><artifactId>x</artifactId></plugin></plugins></build></project>"
        ),
        "parent dependencyManagement test plugins",
    ),
    "go.mod": ("require a.org/b v1.0.0\nrequire a.org/c v1.0.0 // indirect\n", "require indirect"),
}


@pytest.mark.parametrize("path", GROUPS)
def test_a_dependency_stands_in_a_group(path: str) -> None:
    text, groups = GROUPS[path]
    found = {each.partition(" in ")[2] for each in told(path, None, text)}
    assert found == set(groups.split())


def test_the_stages_of_a_dockerfile_are_no_images() -> None:
    text = """
# escape
ARG BASE=debian
FROM ${BASE}:12 AS build
RUN <<EOF
FROM nowhere
EOF
RUN a && \\
    # why
    from x
from --platform=linux/amd64 build as Test
FROM test
FROM scratch
FROM ghcr.io/o/tool:1.2.3
FROM ${unknown}
"""
    assert names("Dockerfile", text) == [
        "docker:debian",
        "docker:ghcr.io/o/tool",
        "docker:${unknown}",
    ]


def test_one_more_use_of_an_action_is_none_more_of_it() -> None:
    before = USES.format("o/a@v4")
    path, again = ".github/workflows/a.yml", "  u:\n    steps:\n      - uses: o/a@v4\n"
    assert told(path, before, before + again) == []
    assert told(path, before, before + "      - uses: o/a@main\n") == ["actions:o/a movable in t"]


def test_a_pom_with_a_doctype_is_refused() -> None:
    with pytest.raises(Unparsable, match="DOCTYPE"):
        names("pom.xml", '<!DOCTYPE a [<!ENTITY b "c">]><project>&b;</project>')
