"""`fitgate replay`, as a user starts it."""

import csv
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fitgate.core.measure.reading import Window
from fitgate.core.records import draft
from fitgate.core.records.changes import Incident
from fitgate.entrypoints.cli.ledgers import opened
from fitgate.entrypoints.cli.replaying import counterfactuals
from tests.adapters.git.making import HOUR, START, run
from tests.cli.conftest import Fitgate
from tests.cli.replay.conftest import KEEP, SLOW
from tests.conftest import Golden
from tests.hostile import is_inert


@pytest.fixture
def replayed(fitgate: Fitgate, history: Path, candidate: Path) -> dict[str, Any]:
    """Replay the history, as JSON."""
    done = fitgate("replay", history, "--policy", candidate.name, *KEEP, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def titles(cases: list[dict[str, Any]]) -> list[str]:
    return [case["landing"]["title"] for case in cases]


def test_the_table_reads_as_it_always_did(
    fitgate: Fitgate, history: Path, candidate: Path, golden: Golden
) -> None:
    done = fitgate("replay", history, "--policy", candidate.name, *KEEP)
    assert (done.returncode, done.stderr) == (0, "")
    golden("replay/table.txt", done.stdout)
    assert is_inert(done.stdout)


def test_the_json_reads_as_it_always_did(replayed: dict[str, Any], golden: Golden) -> None:
    golden(
        "replay/history.json",
        json.dumps(replayed | {"version": "VERSION"}, indent=1, ensure_ascii=False) + "\n",
    )


def test_what_would_have_been_held_is_told_worst_first(replayed: dict[str, Any]) -> None:
    held = titles(replayed["held"])
    assert held[:2] == ["Drop the carts", "Lower it"]
    assert held[3] == "Lower it once more"
    hows = [[known["fault"]["how"] for known in case["faults"]] for case in replayed["held"]]
    assert hows == [["hotfixed"], ["reverted"], ["reverted"], ["reverted"]]


def test_a_push_undone_within_the_hold_is_a_case_and_a_squash_may_be_one(
    replayed: dict[str, Any],
) -> None:
    cases = {case["landing"]["number"]: case for case in replayed["held"][1:3]}
    (pushed,), (squashed,) = cases[None]["faults"], cases[7]["faults"]
    assert (pushed["after"], pushed["before"]) == ("PT1H", True)
    assert cases[None]["hold"] == {"at_least": "P2D", "at_most": "P2D"}
    assert (squashed["after"], squashed["before"]) == ("PT2H", None)
    assert squashed["pushed_within"] == "P1DT22H"
    assert cases[7]["hold"] == {"at_least": "PT0S", "at_most": "P2D"}
    faults = replayed["figures"]["faults"]
    assert (faults["landings"], faults["held"]) == (4, 4)
    assert (faults["known_before"], faults["maybe_before"]) == (2, 1)


def test_the_cost_is_told_twice_and_is_the_same(replayed: dict[str, Any]) -> None:
    delay = replayed["figures"]["delay_at_least"]
    assert (delay["total_hours"], delay["hours_per_change"]) == (144, 14.4)
    assert (delay["io_share"], delay["hours_per_io"], delay["product_hours"]) == (0.4, 36, 14.4)
    assert delay["others_hours"] == 0


def test_the_same_history_gives_the_same_bytes(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    """Whether the facts are kept or read, by one process or two, on any day."""
    words = ("replay", history, "--policy", candidate.name, "--json", "--since", "180d")
    first = fitgate(*words, "--cache", "kept", "--jobs", "1")
    assert first.returncode == 0
    assert (tmp_path / "kept" / "facts.jsonl.gz").is_file()
    for more in (("--cache", "kept"), ("--no-cache",), ("--no-cache", "--jobs", "2")):
        assert fitgate(*words, *more).stdout == first.stdout
    assert fitgate(*words, "--cache", "kept", "--jobs", "2").stdout == first.stdout


def test_a_candidate_with_new_looks_says_the_same_whatever_was_kept_before(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    (tmp_path / "less.yaml").write_text(
        "version: 1\nrules:\n  - {id: gone, category: data, why: x, "
        "when: {line: {files: '**/*.sql', added: drop}}}\ngates: [{type: rollback-window}]\n"
    )
    for name in ("less.yaml", candidate.name):
        kept = fitgate("replay", history, "--policy", name, *KEEP, "--json")
        fresh = fitgate(
            "replay", history, "--policy", name, "--since", "all", "--no-cache", "--json"
        )
        assert kept.stdout == fresh.stdout
        assert json.loads(kept.stdout)["figures"]["io"] > 0


def test_beside_another_policy_every_difference_is_counted_and_named(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    (tmp_path / "loose.yaml").write_text(
        SLOW.replace("moved: [lowered, removed]", "moved: removed").replace(
            "id: dropped\n    category: data", "id: dropped\n    category: alignment"
        )
    )
    words = ("replay", history, "--policy", "loose.yaml", "--against", candidate.name, *KEEP)
    done = fitgate(*words)
    assert "Against slow.yaml: 3 no longer held, 3 no longer an IO, 1 of other categories" in (
        done.stdout
    )
    assert "  of other categories: " in done.stdout
    assert " Drop the carts (data → alignment)\n" in done.stdout
    assert fitgate(*words, "--exit-code").returncode == 1
    tighter = ("replay", history, "--policy", candidate.name, "--against", "loose.yaml", *KEEP)
    done = fitgate(*tighter, "--exit-code")
    assert (done.returncode, "3 newly held, 3 newly an IO" in done.stdout) == (0, True)


def test_beside_the_policy_in_force_each_base_has_its_own(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    run(tmp_path, "clone", "-q", str(history), str(clone))
    (clone / ".fitgate.yaml").write_text(
        "version: 1\nrules:\n  - {id: a, category: data, why: x, when: {path: {files: a}}}\n"
    )
    for name in (".fitgate.yaml", "evals/bar.yaml"):
        (clone / "evals/bar.yaml").write_text("threshold: 10\n")
        run(clone, "add", name)
        run(clone, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", f"Change {name}")
    done = fitgate("replay", clone, "--policy", candidate.name, "--since", "all", "--json")
    differ = json.loads(done.stdout)["difference"]
    last = run(clone, "rev-parse", "HEAD").strip()
    assert [change.rpartition("@")[2] for change in differ["newly_io"]][-1] == last


def test_without_a_word_what_was_read_is_kept_inside_git(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    clone = shutil.copytree(history, tmp_path / "clone")
    assert fitgate("replay", clone, "--policy", candidate.name).returncode == 0
    assert (clone / ".git" / "fitgate" / "facts.jsonl.gz").is_file()
    assert run(clone, "status", "--porcelain") == ""


def test_the_files_tell_all_and_overwrite_only_their_own(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    words = ("replay", history, "--policy", candidate.name, *KEEP, "--out", "out")
    for _ in range(2):
        assert fitgate(*words).returncode == 0
    document = json.loads((tmp_path / "out" / "replay.json").read_text())
    with (tmp_path / "out" / "replay.csv").open(newline="") as file:
        rows = [*csv.DictReader(file)]
    ids = [c["landing"]["change"] for key in ("held", "passed") for c in document[key]]
    assert [row["change_id"] for row in rows] == ids
    assert rows[1]["known_before"] == "1"
    (tmp_path / "out" / "replay.csv").write_text("mine\n")
    done = fitgate(*words)
    assert (done.returncode, "was not written by a replay" in done.stderr) == (2, True)


def test_the_story_has_cases_that_a_slow_gate_may_have_caught(
    fitgate: Fitgate, story: Path
) -> None:
    default = Path(__file__).parents[3] / "policies" / "fitgate.yaml"
    done = fitgate("replay", story, "--policy", default, *KEEP, "--json")
    faults = json.loads(done.stdout)["figures"]["faults"]
    assert faults["known_before"] + faults["maybe_before"] >= 1


def test_an_incident_on_record_is_a_fault_like_another(
    fitgate: Fitgate, history: Path, candidate: Path, tmp_path: Path
) -> None:
    place = f"sqlite:///{tmp_path / 'ledger.db'}"
    sha = run(history, "rev-parse", "HEAD~1").strip()
    root = run(history, "rev-list", "--max-parents=0", "HEAD").strip()
    at = datetime.fromtimestamp(int(run(history, "log", "-1", "--format=%ct", sha)), UTC)
    incident = Incident("INC-1", f"git:{root}@{sha}")
    with opened(place, history, create=True) as ledger:
        ledger.append([draft(incident, at + timedelta(minutes=9), "incident/INC-1")], at)
    words = ("replay", history, "--policy", candidate.name, *KEEP, "--json", "--ledger", place)
    (dropped, *_) = json.loads(fitgate(*words).stdout)["held"]
    assert dropped["landing"]["title"] == "Drop the carts"
    assert [(k["fault"]["how"], k["after"]) for k in dropped["faults"]] == [
        ("incident", "PT9M"),
        ("hotfixed", "PT1H"),
    ]


def test_what_a_pilot_tells_of_a_window_does_not_hang_on_later_days(history: Path) -> None:
    policy = history.parent / "slow.yaml"
    policy.write_text(SLOW)
    clone = shutil.copytree(history, history.parent / "pilot")
    early = datetime.fromtimestamp(START + 3 * HOUR, UTC)
    cases = counterfactuals(clone, str(policy), Window(None, early))
    assert [case.name[11:] for case in cases] == ["Lower it"]
    assert (cases[0].pushed_within, cases[0].how) == (None, "reverted")
    assert counterfactuals(clone, str(policy), Window(None, datetime(2020, 1, 1, tzinfo=UTC))) == ()
    late = counterfactuals(clone, str(policy), Window(None, datetime(2026, 1, 1, tzinfo=UTC)))
    assert len(late) == 3
    assert (clone / ".git" / "fitgate").is_dir()
