"""Metadata of commits, whatever they are written in."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from fitgate.adapters.git.commits import LOG, Commit, Identity, read_commits, split_message
from fitgate.adapters.git.overlay import Overlay
from tests.adapters.git.making import Made


def commits(path: Path) -> list[Commit]:
    with Overlay(path) as overlay, overlay.reading(*LOG, "--reverse", overlay.resolve()) as stream:
        return list(read_commits(stream))


def the_commit(made: Made, message: bytes, **more: str | bytes) -> Commit:
    made.commit(message, **more)  # type: ignore[arg-type] # only texts are given
    (commit,) = commits(made.done())
    return commit


def test_a_message_is_a_title_and_a_body(made: Made) -> None:
    commit = the_commit(made, b"One\ntitle\n\nBody\n\n  indented\n")
    assert (commit.title, commit.body) == ("One title", "Body\n\n  indented")
    assert commit.message == "One title\n\nBody\n\n  indented"
    assert the_commit_without_body().message == "Only a title"


def the_commit_without_body() -> Commit:
    fields = b"\0".join(
        [b"1", b"2", b"", b"A", b"a@b", b"1", b"A", b"a@b", b"1", b"", b"Only a title\n", b""]
    )
    (commit,) = read_commits(io.BytesIO(fields))
    return commit


@pytest.mark.parametrize(
    ("message", "title", "body"),
    [
        ("", "", ""),
        ("\n\n", "", ""),
        ("T\r\n\r\nB\r\nC\r\n", "T", "B\nC"),
        ("T\n \t\nB", "T", "B"),
        ("T\n\n\n\nB\n\nC", "T", "B\n\nC"),
    ],
)
def test_messages_are_split_at_the_first_blank_line(message: str, title: str, body: str) -> None:
    assert split_message(message) == (title, body)


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("", "Ä ß 漢"), ("UTF-8", "Ä ß 漢"), ("ISO-8859-1", "Ä ß"), ("windows-1252", "Ä €"),
        ("GBK", "漢字"), ("SHIFT-JIS", "漢字"), ("KOI8-R", "Щ"),
    ],
)  # fmt: skip
def test_a_commit_is_read_in_its_own_encoding(made: Made, encoding: str, written: str) -> None:
    data = written.encode(encoding or "utf-8")
    author = data + b" <" + data + b"@example.org>"
    commit = the_commit(made, data, author=author, encoding=encoding)
    assert commit.title == written
    assert commit.author == Identity(written, f"{written}@example.org")


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "unicode_escape", "punycode", "undefined"])
def test_an_encoding_that_is_none_is_read_as_utf_8(made: Made, encoding: str) -> None:
    assert the_commit(made, "Ä \\q".encode(), encoding=encoding).title == "Ä \\q"


def test_what_git_could_not_convert_is_read_by_the_header() -> None:
    """A git without iconv prints the bytes as they were written."""
    name = "Ä".encode("latin-1")
    fields = [b"1", b"2", b"", name, b"a@b", b"1", name, b"a@b", b"1", b"ISO-8859-1", name, b""]
    (commit,) = read_commits(io.BytesIO(b"\0".join(fields)))
    assert (commit.title, commit.author.name) == ("Ä", "Ä")


def test_bytes_that_are_no_text_are_marked(made: Made) -> None:
    assert the_commit(made, b"\xff ok").title == "� ok"


def test_authors_and_committers_are_told_apart(made: Made) -> None:
    commit = the_commit(made, b"T", author="A <a@x>", committer="C <c@x>")
    assert (commit.author, commit.committer) == (Identity("A", "a@x"), Identity("C", "c@x"))
    assert not commit.is_merge


def test_co_authors_are_found_wherever_they_stand(made: Made) -> None:
    body = b"T\n\nCo-authored-by: B <b@x>\n\nso Co-authored-by: no <n@x>\nCO-AUTHORED-BY:C<c@x>\n"
    assert the_commit(made, body).co_authors == (Identity("B", "b@x"), Identity("C", "c@x"))


def test_a_message_longer_than_a_chunk_is_whole(made: Made) -> None:
    body = b"x" * 1_000_000
    made.commit(b"T\n\n" + body)
    made.commit(b"U")
    long, short = commits(made.done())
    assert len(long.body) == len(body)
    assert short.title == "U"
