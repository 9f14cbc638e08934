"""What the environment says of GitHub: every problem at once, and no secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from fitgate.errors import SettingsError
from fitgate.settings import GITHUB_URL, GitHubSettings, settings

KEY = "-----BEGIN RSA PRIVATE KEY-----\\nabc\\n-----END RSA PRIVATE KEY-----"


def test_an_empty_environment_has_defaults() -> None:
    assert settings({}).github == GitHubSettings(GITHUB_URL)


def test_what_is_said_of_github_is_read() -> None:
    said = settings(
        {
            "FITGATE_GITHUB_API_URL": "https://github.example/api/v3/",
            "FITGATE_GITHUB_APP_ID": "12",
            "FITGATE_GITHUB_PRIVATE_KEY": KEY,
            "FITGATE_GITHUB_TOKEN": " ghp_x\n",
            "FITGATE_GITHUB_WEBHOOK_SECRET": "new, old\n",
        }
    ).github
    assert (said.api_url, said.app_id) == ("https://github.example/api/v3", 12)
    assert said.private_key.count("\n") == 2
    assert (said.token, said.webhook_secrets) == ("ghp_x", ("new", "old"))


def test_a_key_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("the key", encoding="ascii")
    assert settings({"FITGATE_GITHUB_PRIVATE_KEY_FILE": str(file)}).github.private_key == "the key"


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as told:
        settings(
            {
                "FITGATE_DATABASE_URL": "mysql://x",
                "FITGATE_GITHUB_API_URL": "ftp://x",
                "FITGATE_GITHUB_APP_ID": "0x7",
                "FITGATE_GITHUB_PRIVATE_KEY_FILE": str(tmp_path / "none.pem"),
            }
        )
    assert [problem.where for problem in told.value.problems] == [
        "FITGATE_DATABASE_URL",
        "FITGATE_GITHUB_API_URL",
        "FITGATE_GITHUB_APP_ID",
        "FITGATE_GITHUB_PRIVATE_KEY_FILE",
    ]


def test_two_keys_are_one_too_many_and_neither_is_shown() -> None:
    both = {"FITGATE_GITHUB_PRIVATE_KEY": "s3cret", "FITGATE_GITHUB_PRIVATE_KEY_FILE": "/none"}
    with pytest.raises(SettingsError, match="keep one") as told:
        settings(both)
    assert "s3cret" not in str(told.value)


def test_no_secret_is_in_the_representation() -> None:
    said = settings(
        {
            "FITGATE_GITHUB_TOKEN": "s3cret",
            "FITGATE_GITHUB_PRIVATE_KEY": "s3cret",
            "FITGATE_GITHUB_WEBHOOK_SECRET": "s3cret",
        }
    )
    assert "s3cret" not in repr(said)
