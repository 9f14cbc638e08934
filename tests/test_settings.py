"""Settings: read once, and what cannot be used is said with its name."""

from __future__ import annotations

import pytest

from fitgate.errors import SettingsError
from fitgate.settings import Settings, ledger_kind, settings


@pytest.mark.parametrize("said", [{}, {"FITGATE_DATABASE_URL": ""}, {"FITGATE_OTHER": "x"}])
def test_without_a_word_the_ledger_is_a_file_beside(said: dict[str, str]) -> None:
    assert settings(said) == Settings("sqlite:///fitgate.db")


def test_the_environment_says_where_the_ledger_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FITGATE_DATABASE_URL", "postgresql://me@host/db")
    assert settings() == Settings("postgresql://me@host/db")


def test_an_address_that_cannot_be_used_is_named_without_its_secrets() -> None:
    with pytest.raises(SettingsError) as caught:
        settings({"FITGATE_DATABASE_URL": "mysql://me:secret@host/db"})
    assert str(caught.value) == (
        "environment:FITGATE_DATABASE_URL: is not where a ledger can be: one of sqlite:///FILE, "
        "postgresql://USER@HOST/NAME or branch"
    )


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("sqlite:///a.db", "sqlite"),
        ("sqlite:////var/a.db", "sqlite"),
        ("postgresql://h/db", "postgresql"),
        ("postgres://h/db", "postgresql"),
        ("branch", "branch"),
        ("sqlite:///", None),
        ("sqlite://", None),
        ("branches", None),
        ("a.db", None),
        ("", None),
    ],
)
def test_each_kind_of_ledger_is_told_by_its_address(where: str, kind: str | None) -> None:
    assert ledger_kind(where) == kind
