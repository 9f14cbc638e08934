"""Migrations of Rails: what loses data, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.core.classify.migrating import RAILS, effects, rails, told

_NO_WAY = "no-way-down 20240101000000_change"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("remove_column :users, :email, :string", ["drops users.email"]),
        ("remove_column(:users,\n  'email',\n  :string)", ["drops users.email"]),
        ("safety_assured { remove_column :users, :email, :string }", ["drops users.email"]),
        ("remove_columns :users, :a, :b, type: :string", ["drops users.a", "drops users.b"]),
        ("remove_reference :users, :team, foreign_key: true", ["drops users.team_id"]),
        ("remove_timestamps :users", ["drops users.created_at", "drops users.updated_at"]),
        ("drop_table :users do |t|\n  t.string :remove\nend", ["drops users"]),
        ("drop_join_table :users, :teams", ["drops teams_users"]),
        ("change_table :users do |t|\n  t.remove :a, type: :string\nend", ["drops users.a"]),
        ("User.where(a: 1).delete_all", ["deletes user"]),
        ("reversible do |dir|\n  dir.up do\n    execute 'TRUNCATE a'\n  end\nend", ["truncates a"]),
        ("up_only { execute 'DELETE FROM a' }", ["deletes a"]),
        ("old = [:a]\ndrop_table :users if x\n", ["drops users", _NO_WAY]),
        ("remove_column :users, :email", ["drops users.email", _NO_WAY]),
        ("change_table :users do |t|\n  t.remove :a\nend", ["drops users.a", _NO_WAY]),
        ("execute <<~SQL.squish\n  DROP TABLE a;\nSQL\nexecute 'SELECT 1'", ["drops a", _NO_WAY]),
        ('execute "\n  DROP TABLE a\n"', ["drops a", _NO_WAY]),
        ("execute(%q{\n  DROP TABLE a\n})", ["drops a", _NO_WAY]),
        ("change_column :users, :a, :string, limit: 20", ["narrows users.a", _NO_WAY]),
        ("change_column :users, :a, :integer, limit: 2", ["narrows users.a", _NO_WAY]),
        ("change_column_default :users, :a, 1", [_NO_WAY]),
        ("add_column :a, :b, :text\nraise ActiveRecord::IrreversibleMigration", [_NO_WAY]),
    ],
)
def test_a_change_that_loses_data_is_told(body: str, expected: list[str]) -> None:
    assert told(RAILS, rails(change=body)) == expected


@pytest.mark.parametrize(
    "body",
    [
        "add_column :users, :email, :string\nadd_index :users, :email",
        "# remove_column :users, :email\nadd_column :a, :b, :string # drop_table :c",
        "remove_index :users, :email\nremove_foreign_key :users, :teams",
        "rename_column :users, :a, :b\nrename_table :users, :people",
        "create_table :a do |t|\n  t.string :b\nend\nremove_column :a, :b, :string",
        "change_column_null :users, :a, false\nchange_column_default :a, :b, from: 1, to: 2",
        "reversible do |dir|\n  dir.down do\n    execute 'DROP TABLE a'\n  end\nend",
        "reversible do |dir|\n  dir.down { drop_table :a }\nend",
        "revert do\n  drop_table :a\nend",
        "say 'remove_column'\n=begin\n".replace("\n=", "\n# ="),
    ],
)
def test_a_change_that_keeps_the_data_has_no_effect(body: str) -> None:
    assert told(RAILS, rails(change=body)) == []


def test_of_two_ways_only_the_way_up_counts() -> None:
    both = rails(up="remove_column :a, :b\nmine", mine="drop_table :c", down="drop_table :d")
    assert told(RAILS, both) == ["drops a.b", "drops c"]
    assert told(RAILS, both.replace("def ", "def self.")) == ["drops a.b", "drops c"]


@pytest.mark.parametrize(
    "down", ["raise ActiveRecord::IrreversibleMigration", "# nothing", "nil", None]
)
def test_up_needs_a_down_that_can_work(down: str | None) -> None:
    ways = {} if down is None else {"down": down}
    assert told(RAILS, rails(up="add_column :a, :b, :string", **ways)) == [_NO_WAY]
    assert told(RAILS, rails(up="# nothing", **ways)) == []


def test_what_down_gives_back_is_what_was_there() -> None:
    up = "change_column :a, :b, :string, limit: 20\nremove_column :a, :c"
    down = "change_column :a, :b, :string, limit: {}\nadd_column :a, :c, :text"
    narrower, dropped = effects(RAILS, rails(up=up, down=down.format(50)))
    assert (narrower.change, narrower.before, narrower.after) == (
        "narrows",
        "varchar(50)",
        "varchar(20)",
    )
    assert (dropped.key, dropped.before, dropped.within) == ("a.c", "text", "remove_column")
    assert told(RAILS, rails(up=up, down=down.format(20))) == ["drops a.c"]


def test_lines_count_through_comments_and_texts() -> None:
    body = "add_column :a,\n  :b, :text\n"
    body += "execute <<-SQL\n  SELECT 1;\n  DROP TABLE c\nSQL\ndrop_table :d"
    lines = [(each.key, each.line) for each in effects(RAILS, rails(up=body, down="x"))]
    assert lines == [("c", 7), ("d", 9)]


def test_what_stands_behind_the_end_or_in_a_block_comment_does_not_count() -> None:
    script = rails(change="add_column :a, :b, :text")
    assert (
        told(RAILS, f"=begin\ndef up\n  drop_table :a\nend\n=end\n{script}__END__\ndef up\n") == []
    )


def test_one_line_is_a_method_too() -> None:
    assert told(RAILS, "def up = drop_table(:a)\ndef down = create_table(:a)\n") == ["drops a"]
    assert told(RAILS, "def up; drop_table :a; end\ndef down; create_table :a; end") == ["drops a"]
