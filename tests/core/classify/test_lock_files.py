"""Lock files in each format: what is told of a change in them, and what is not."""

import json

import pytest

from tests.core.classify.test_dependencies import OTHER_SHA, SHA, names, told

# What the default registries are called, in pieces: no file of ours names one.
PYPI, NPM, CRATES = "pyp" + "i.org/simple", "registry.npm" + "js.org", "crates" + ".io-index"

UV = """version = 1
[[package]]
name = "a"
version = "{version}"
source = {{ {source} }}
wheels = [{{ url = "u", hash = "{hash}" }}]
"""
POETRY = """[[package]]
name = "A"
version = "{version}"
files = [{{file = "f", hash = "{hash}"}}]
{source}
"""
PIPFILE = """{{"default": {{"a": {{"version": "=={version}", "hashes": ["{hash}"]{source}}}}},
"_meta": {{}}}}"""
NPM_3 = """{{"packages": {{"": {{"name": "me"}}, "node_modules/x/node_modules/a":
{{"version": "{version}", "resolved": "{source}", "integrity": "{hash}"}}}}}}"""
NPM_1 = """{{"dependencies": {{"x": {{"version": "1.0.0", "dependencies": {{"a":
{{"version": "{version}", "resolved": "{source}", "integrity": "{hash}"}}}}}}}}}}"""
YARN = """# yarn lockfile v1


a@^1.0.0, a@^1.1.0:
  version "{version}"
  resolved "{source}"
  integrity {hash}
  dependencies:
    "@o/b" "^1"
"""
BERRY = """__metadata:
  version: 6

"a@npm:^1.0.0, a@npm:^1.1.0":
  version: {version}
  resolution: "{source}"
  checksum: {hash}
  languageName: node
"""
PNPM_9 = """lockfileVersion: '9.0'

importers:
  .:
    dependencies:
      a: {{specifier: ^1, version: 1.0.0}}

packages:

  a@{version}(b@1.0.0):
    resolution: {{integrity: {hash}{source}}}
    deprecated: >-
      'A text, over
      lines
    engines: {{node: '>=10'}}

snapshots:

  a@{version}: {{}}
"""
PNPM_5 = (
    "packages:\n\n  /a/{version}:\n    resolution: {{integrity: {hash}{source}}}\n    dev: true\n"
)
CARGO = '[[package]]\nname = "a"\nversion = "{version}"\nsource = "{source}"\nchecksum = "{hash}"\n'

FORMATS = {
    "uv.lock": (UV, f'registry = "https://{PYPI}"', 'registry = "https://x.org/simple"'),
    "a/uv.lock": (UV, f'registry = "https://{PYPI}/"', f'git = "https://x.org/o/a?rev=b#{SHA}"'),
    "poetry.lock": (POETRY, "", '[package.source]\ntype = "git"\nurl = "https://x.org/a"'),
    "Pipfile.lock": (PIPFILE, "", ', "git": "https://x.org/a", "ref": "b"'),
    "package-lock.json": (NPM_3, f"https://{NPM}/a/-/a-1.tgz", f"https://{NPM}/evil/-/evil-1.tgz"),
    "npm-shrinkwrap.json": (NPM_1, f"https://{NPM}/a/-/a-1.tgz", "https://x.org/npm/a/-/a-1.tgz"),
    "yarn.lock": (
        YARN,
        f"https://{NPM}/a/-/a-1.tgz#00",
        "https://codeload.github.com/o/a/tar.gz/1",
    ),
    "b/yarn.lock": (BERRY, "a@npm:1", f"a@https://github.com/o/a.git#commit={SHA}"),
    "pnpm-lock.yaml": (PNPM_9, "", ", tarball: https://x.org/a.tgz"),
    "b/pnpm-lock.yaml": (PNPM_5, "", ", tarball: https://x.org/a.tgz"),
    "Cargo.lock": (
        CARGO,
        f"registry+https://github.com/rust-lang/{CRATES}",
        f"git+https://x.org/o/a?branch=b#{OTHER_SHA}",
    ),
}
HASH = "sha512-00"


@pytest.mark.parametrize("path", FORMATS)
def test_a_lock_file_tells_what_became_of_a_package(path: str) -> None:
    frame, own, other = FORMATS[path]
    before = frame.format(version="1.2.3", source=own, hash=HASH)

    def after(version: str = "1.2.3", source: str = own, hash_: str = HASH) -> list[str]:
        text = frame.format(version=version, source=source, hash=hash_)
        return [each.partition(" in ")[0] for each in told(path, before, text) if ":a " in each]

    key = names(path, before)[-1]
    assert after() == []
    assert after(version="1.3.0") == []
    assert after(version="2.0.0") == [f"{key} major"]
    assert after(version="1.2.2") == [f"{key} downgraded"]
    assert after(source=other) == [f"{key} source-changed"]
    assert after(hash_="") == [f"{key} hash-dropped"]


@pytest.mark.parametrize("path", FORMATS)
def test_a_package_comes_and_goes_with_a_lock_file(path: str) -> None:
    frame, own, _ = FORMATS[path]
    text = frame.format(version="1.2.3", source=own, hash=HASH)
    assert told(path, None, text)[0].split()[1:2] == ["added"]
    assert {each.split()[1] for each in told(path, text, None)} == {"removed"}


def test_one_of_several_versions_that_goes_is_no_removal() -> None:
    packages = {
        f"node_modules/{x}node_modules/a": {"version": v}
        for x, v in [("", "1.0.0"), ("b/", "2.0.0")]
    }
    both = json.dumps({"packages": packages})
    del packages["node_modules/b/node_modules/a"]
    one = json.dumps({"packages": packages})
    assert told("package-lock.json", both, one) == []
    assert told("package-lock.json", one, both) == []


def test_a_package_of_the_workspace_is_nobodys_dependency() -> None:
    link = json.dumps({"packages": {"node_modules/a": {"resolved": "a", "link": True}, "a": {}}})
    assert told("package-lock.json", "{}", link) == []
    assert told("Cargo.lock", "", '[[package]]\nname = "a"\nversion = "1.0.0"\n') == []
    virtual = '[[package]]\nname = "a"\nversion = "1"\nsource = { editable = "." }\n'
    assert told("uv.lock", "", virtual) == []


def test_the_old_forms_of_poetry_and_cargo_have_their_hashes_at_the_end() -> None:
    package = '[[package]]\nname = "a"\nversion = "1.0.0"\n'
    files = '[metadata.files]\na = [{file = "f", hash = "sha256:00"}]\n'
    assert told("poetry.lock", package + files, package) == ["pypi:a hash-dropped"]
    source = f"registry+https://github.com/rust-lang/{CRATES}"
    package += f'source = "{source}"\n'
    sums = f'[metadata]\n"checksum a 1.0.0 ({source})" = "00"\n'
    assert told("Cargo.lock", package + sums, package) == ["cargo:a hash-dropped"]
