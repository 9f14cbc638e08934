"""What a change does to databases: which files count, what is new in them, and laws for all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitgate.core.classify.flattening import Unparsable
from fitgate.core.classify.migrations import is_migration, migration_effects
from fitgate.core.effects import Effect
from tests.core.classify.migrating import (
    ALEMBIC,
    DJANGO,
    RAILS,
    SQL,
    alembic,
    django,
    effects,
    rails,
    told,
)
from tests.story import migrations as story

PATHS = (SQL, "1_x.down.sql", ALEMBIC, DJANGO, RAILS)
SAMPLES = {
    SQL: "DROP TABLE a;\nALTER TABLE b DROP COLUMN c;\nDELETE FROM d WHERE e = 'f';\n",
    ALEMBIC: alembic('op.drop_table("a")\nop.execute("DELETE FROM d")', "pass"),
    DJANGO: django('migrations.RemoveField("a", "b"),\nmigrations.RunSQL("DROP TABLE c"),'),
    RAILS: rails(change="remove_column :a, :b\nexecute 'TRUNCATE c'"),
}


@pytest.mark.parametrize(
    "path",
    [
        *PATHS,
        *("schema.sql", "db/1_users.UP.SQL", "app/db_migrations/versions/a.py", "versions/a.py"),
        *("shop/migrations/archive/0001_initial.py", "db/post_migrate/2_x.rb"),
    ],
)
def test_what_changes_a_database_is_a_migration(path: str) -> None:
    assert is_migration(path)


@pytest.mark.parametrize(
    "path",
    [
        *("alembic/env.py", "shop/migrations/__init__.py", "shop/models.py", "lib/migrate.rb"),
        *("docs/migrations/guide.md", "a.sql.bak", "emigrations.py", "versions.py", "app/sql.py"),
    ],
)
def test_what_only_stands_beside_migrations_is_none(path: str) -> None:
    assert not is_migration(path)
    with pytest.raises(Unparsable, match="is not a migration"):
        migration_effects(path, None, b"DROP TABLE a")


def test_an_effect_tells_what_where_and_of_what_type() -> None:
    up = 'op.drop_column("orders", "note")'
    down = 'op.add_column("orders", sa.Column("note", sa.String(400)))'
    assert effects(ALEMBIC, alembic(up, down)) == (
        Effect("migration", "drops", "orders.note", "varchar(400)", None, 6, "op.drop_column"),
    )


def test_the_shop_loses_what_it_says_it_loses() -> None:
    lost = {
        "ORDERS": [],
        "DROP_LEGACY_SESSIONS": ["truncates legacy_sessions", "drops legacy_sessions"],
        "GIFT_NOTE": [],
        "DROP_SESSION_BLOB": ["drops orders.session_blob", "no-way-down 0007_change"],
    }
    assert {name: told(ALEMBIC, getattr(story, name)) for name in lost} == lost
    assert told(SQL, story.WAREHOUSE_FEEDBACK) == told(SQL, story.WAREHOUSE_INDEX) == []
    shorter = ["narrows feedback.remark", "deletes feedback"]
    assert told(SQL, story.WAREHOUSE_SHORTER) == shorter


@pytest.mark.parametrize("path", SAMPLES)
def test_of_a_migration_that_was_there_only_what_is_new_counts(path: str) -> None:
    sample = SAMPLES[path]
    everything = effects(path, sample)
    assert everything
    assert effects(path, sample, "") == everything
    assert effects(path, sample, sample) == ()
    assert effects(path, None, sample) == effects(path, "", sample) == ()


def test_one_more_of_the_same_is_new_and_another_order_is_not() -> None:
    two = "DELETE FROM a WHERE b = 1;\nDELETE FROM a WHERE b = 2;\n"
    assert told(SQL, two, "DELETE FROM a WHERE b = 1;") == ["deletes a"]
    assert told(SQL, "DELETE FROM a WHERE b = 3;", two) == ["deletes a"]
    assert told(SQL, "DROP TABLE a; DROP TABLE b;", "DROP TABLE b; DROP TABLE A;") == []
    assert told(SQL, "DROP TABLE a; CREATE TABLE a(); DROP TABLE a;", "DROP TABLE a;") == []


def test_the_same_loss_in_other_words_is_not_new() -> None:
    structure = alembic('op.drop_column("a", "b")')
    assert told(ALEMBIC, alembic('op.execute("ALTER TABLE a DROP b")'), structure) == []


def test_a_mended_way_down_has_no_effect() -> None:
    up = 'op.drop_column("a", "b")'
    mended = alembic(up, 'op.add_column("a", sa.Column("b", sa.Text()))')
    assert told(ALEMBIC, mended, alembic(up, "op.add_column(None)")) == []
    assert told(ALEMBIC, mended, alembic(up, "pass")) == []


def test_a_way_down_that_is_taken_out_is_no_way_down() -> None:
    up = 'op.add_column("a", sa.Column("b", sa.Text()))'
    before = alembic(up, 'op.drop_column("a", "b")')
    assert told(ALEMBIC, alembic(up, "pass"), before) == ["no-way-down 0007_change"]


@pytest.mark.parametrize(
    "path", ["db/7_x.down.sql", "db/U7__x.sql", "db/7_x/down.sql", "revert/7_x.sql"]
)
def test_a_script_that_takes_back_has_no_effect_until_it_is_gone(path: str) -> None:
    script = "DROP TABLE a;"
    assert effects(path, script) == effects(path, "DROP TABLE b;", script) == ()
    assert effects(path, None, "-- nothing") == ()
    for gone in (None, "-- nothing\n"):
        (effect,) = effects(path, gone, script)
        assert (effect.change, effect.line) == ("no-way-down", None)
        assert effect.key in {"7_x", "U7__x"}
    assert told(path, "-- irreversible") == [f"no-way-down {effect.key}"]


def test_names_that_only_sound_like_a_way_down_are_ways_up() -> None:
    for path in ("7_downloads.sql", "7_drop_rollback_log.sql", "shutdown.sql"):
        assert told(path, "DROP TABLE a") == ["drops a"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"a" * ((1 << 20) + 1), "larger than 1 MiB"),
        (b"DROP TABLE caf\xe9", "line 1: is not UTF-8"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_what_cannot_be_read_says_why(path: str, content: bytes, reason: str) -> None:
    with pytest.raises(Unparsable, match=reason):
        migration_effects(path, None, content)


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        (SQL, "SELECT 1;\nSELECT 'a", "line 2: has a ' that is not closed"),
        (SQL, "/* DROP TABLE a;", "is not closed"),
        (SQL, "DO $x$ DROP TABLE a;", "is not closed"),
        (SQL, "CREATE TRIGGER t BEGIN DELETE FROM a;", "BEGIN without its END"),
        (SQL, "DROP TABLE a;" * 10_001, "too many operations"),
        (SQL, "".join(f"delimiter {'|' * n}\n" for n in range(1, 4)) + "delimiter &\ndelimiter +",
         "too many delimiters"),
        (ALEMBIC, "def upgrade(:", "is not Python"),
        (ALEMBIC, "x = 'a\0b'", "is not Python"),
        (ALEMBIC, "-" * 100_000 + "1", "nested too deep"),
        (ALEMBIC, "x = 1" + "+1" * 100_000, "nested too deep"),
        (ALEMBIC, 'x = f"""' + "{a}" * 50_000 + '"""', "too long to read"),
        (ALEMBIC, alembic("a = 'xxxxxxxxxx'\n" + "a = a + a\n" * 20), "too long"),
        (ALEMBIC, alembic("a = ['x', 'x']\n" + "a = a + a\n" * 20), "too long"),
    ],
)  # fmt: skip
def test_what_is_not_what_it_seems_says_so(path: str, content: str, reason: str) -> None:
    with pytest.raises(Unparsable, match=reason):
        effects(path, content)


def test_loops_in_loops_end() -> None:
    loops = "".join(f"{' ' * i}for i{i} in L:\n" for i in range(9))
    with pytest.raises(Unparsable, match="too long to read"):
        effects(ALEMBIC, alembic(loops + " " * 9 + "op.drop_table('a')", head=f"L = {[1] * 99}"))


def test_the_script_of_a_windows_tool_is_read() -> None:
    script = "DROP TABLE café\r\nGO\r\nDROP TABLE b".encode("utf-16")
    assert [each.key for each in migration_effects(SQL, None, script)] == ["café", "b"]


@pytest.mark.parametrize("path", PATHS)
@given(data=st.binary(max_size=400), sql=st.text("'\"`$/*-;\\\n\t[]{}()DROP TABLEabe#.,%"))
def test_any_bytes_are_read_or_cannot_be(path: str, data: bytes, sql: str) -> None:
    for content in (data, sql.encode()):
        try:
            found = migration_effects(path, None, content)
        except Unparsable:
            continue
        assert migration_effects(path, content, content) == ()
        assert migration_effects(path, None, content) == found


_PIECES = st.sampled_from(
    [
        *(
            "DROP TABLE a;",
            "TRUNCATE b;",
            "ALTER TABLE c DROP COLUMN d;",
            "CREATE TABLE a (b int);",
        ),
        *("DELETE FROM e WHERE f = 'g;h';", "ALTER TABLE c ALTER d TYPE varchar(9);", "COMMIT;"),
    ]
)
_NOTHING = st.sampled_from(
    [*(" ", "\n", "\t\r\n", "-- DROP TABLE z;\n", "/* TRUNCATE z; */", "\n# DROP TABLE z\n"),
     *("/* it's */", "SELECT 'DROP TABLE z;';", "SELECT $x$ DELETE FROM z; $x$;", ";")]
)  # fmt: skip


@given(st.lists(st.tuples(_PIECES, _NOTHING)))
def test_comments_blanks_and_texts_have_no_effect(pieces: list[tuple[str, str]]) -> None:
    plain = told(SQL, "\n".join(piece for piece, _ in pieces))
    assert told(SQL, "\n".join(f"{more}{piece}{more}" for piece, more in pieces)) == plain


@given(st.lists(_PIECES))
def test_small_letters_and_one_line_say_the_same(pieces: list[str]) -> None:
    one_line = told(SQL, " ".join(pieces).lower())  # tells what is done twice on a line once
    assert one_line == list(dict.fromkeys(told(SQL, "\n".join(pieces))))


@given(st.lists(_PIECES), st.lists(_PIECES))
def test_what_is_new_was_not_all_there_before(before: list[str], after: list[str]) -> None:
    new = told(SQL, "\n".join(after), "\n".join(before))
    assert set(new) <= set(told(SQL, "\n".join(after)))
