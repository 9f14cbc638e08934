"""Scripts of SQL: what loses data in any dialect, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.core.classify.migrating import SQL, effects, told


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("DROP TABLE users", ["drops users"]),
        (
            'drop table if exists public.users, "Audit Log" CASCADE',
            ["drops users", "drops Audit Log"],
        ),
        ("DROP DATABASE shop; DROP SCHEMA IF EXISTS old CASCADE", ["drops shop", "drops old"]),
        ("DROP TYPE mood CASCADE", ["drops mood"]),
        (
            "TRUNCATE TABLE ONLY a, b RESTART IDENTITY; truncate c",
            ["truncates a", "truncates b", "truncates c"],
        ),
        ("DELETE FROM users", ["deletes users"]),
        ("DELETE u FROM dbo.users u JOIN gone g ON g.id = u.id", ["deletes users"]),
        ("DELETE users WHERE id = 1", ["deletes users"]),
        ("WITH old AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM old", ["deletes a"]),
        ("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE", ["deletes a"]),
        (
            "ALTER TABLE a DROP COLUMN b, DROP IF EXISTS c, DROP d",
            ["drops a.b", "drops a.c", "drops a.d"],
        ),
        ("ALTER TABLE [dbo].[a] DROP COLUMN [b], c", ["drops a.b", "drops a.c"]),
        ("ALTER TABLE a DROP (b, c)", ["drops a.b", "drops a.c"]),
        (
            "ALTER TABLE a DROP PARTITION p0, TRUNCATE PARTITION p1",
            ["drops a.p0", "truncates a.p1"],
        ),
        ("ALTER TABLE a DELETE WHERE b = 1", ["deletes a"]),
        ("ALTER TABLE a ALTER b TYPE varchar(80) USING left(b, 80)", ["narrows a.b"]),
        ("ALTER TABLE a ALTER COLUMN b SET DATA TYPE character varying(80)", ["narrows a.b"]),
        ("ALTER TABLE a ALTER COLUMN b nvarchar(80) NOT NULL", ["narrows a.b"]),
        (
            "ALTER TABLE a MODIFY COLUMN b smallint, CHANGE c d char(3)",
            ["narrows a.b", "narrows a.d"],
        ),
        ("ALTER TABLE a MODIFY b varchar(9) CHARACTER SET utf8", ["narrows a.b"]),
        (
            "IF EXISTS (SELECT 1) DROP TABLE a\nALTER TABLE b\n  DROP COLUMN c\nDROP TABLE d",
            ["drops a", "drops b.c", "drops d"],
        ),
        ("DO $$ BEGIN IF true THEN ALTER TABLE a DROP COLUMN b; END IF; END $$", ["drops a.b"]),
        ("DO 'BEGIN EXECUTE ''DROP TABLE a''; END'", ["drops a"]),
        ("EXEC sp_executesql N'TRUNCATE TABLE a'", ["truncates a"]),
        ("EXECUTE format('DROP TABLE %I', name)", ["drops %I"]),
        (
            "DROP TABLE ${prefix}_users; DELETE FROM {{ table }}",
            ["drops ${prefix}_users", "deletes {{ table }}"],
        ),
        ("DROP TABLE :name", ["drops {}"]),
        ("/*!50001 DROP TABLE a */", ["drops a"]),
        ("SELECT '\\'; DROP TABLE a; --'", ["drops a"]),
        ("SELECT 'it\\'s';\nDROP TABLE a", ["drops a"]),
        (
            "COPY a FROM stdin;\n1\tit's; DROP TABLE b;\n\\.\n\\connect x'\nDROP TABLE c",
            ["drops c"],
        ),
        ("CREATE OR REPLACE TABLE a AS SELECT 1", ["drops a"]),
    ],
)
def test_what_loses_data_is_told(script: str, expected: list[str]) -> None:
    assert told(SQL, script) == expected


@pytest.mark.parametrize(
    "script",
    [
        "DROP INDEX a; DROP VIEW b; DROP MATERIALIZED VIEW c; DROP TRIGGER d ON e; DROP SEQUENCE f",
        "DROP FUNCTION a(); DROP TYPE mood; DROP TEMPORARY TABLE b; DROP TABLE #c",
        "ALTER TABLE a DROP CONSTRAINT b, DROP PRIMARY KEY, DROP INDEX c, DROP FOREIGN KEY d",
        "ALTER TABLE a ALTER COLUMN b DROP NOT NULL, ALTER c DROP DEFAULT, ALTER d SET NOT NULL",
        "ALTER TABLE a ALTER b TYPE bigint, ALTER c TYPE text, ALTER d TYPE int, MODIFY e json",
        "ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME c TO d; RENAME TABLE e TO f, g TO h",
        "ALTER TABLE a ADD COLUMN b varchar(9), ADD CONSTRAINT c UNIQUE (b), ADD INDEX (b)",
        "CREATE TABLE a (b int REFERENCES c ON DELETE CASCADE)",
        "GRANT DELETE, TRUNCATE ON a TO b; REVOKE DELETE ON a FROM b",
        "COMMENT ON TABLE a IS 'never DROP TABLE this'; UPDATE a SET b = truncate(c, 2)",
        "INSERT INTO log VALUES ('DELETE FROM a', \"DROP TABLE b\")",
        "CREATE FUNCTION f() RETURNS void AS $$ DELETE FROM a; $$ LANGUAGE sql",
        "CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b; END;",
        "CREATE PROCEDURE p AS BEGIN BEGIN TRAN; DELETE FROM a; COMMIT; END\nGO",
        "DELIMITER //\nCREATE PROCEDURE p() BEGIN IF 1 THEN DELETE FROM a; END IF; END//",
        "DELIMITER $$\nCREATE EVENT e DO BEGIN CASE 1 WHEN 1 THEN DELETE FROM b; END CASE; END$$",
        "CREATE POLICY p ON a FOR DELETE USING (true)",
        "CREATE RULE r AS ON DELETE TO a DO INSTEAD DELETE FROM b",
        "--liquibase formatted sql\nCREATE TABLE a (b int);\n--rollback DROP TABLE a;",
        "/* Warnings:\n - You are about to drop the column `b`\n DROP TABLE a; */ SELECT 1",
    ],
)
def test_what_only_looks_like_a_loss_is_not(script: str) -> None:
    assert told(SQL, script) == []


def test_what_the_script_itself_made_has_no_data() -> None:
    assert told(SQL, "CREATE TEMP TABLE a (b int); DELETE FROM a; DROP TABLE a") == []
    assert told(SQL, "ALTER TABLE a ADD b int; ALTER TABLE a DROP b") == []
    assert told(SQL, "CREATE TABLE a(); ALTER TABLE a RENAME TO b; DROP TABLE b") == []
    assert told(SQL, "CREATE TABLE IF NOT EXISTS a (b int); DROP TABLE a") == ["drops a"]
    assert told(SQL, "CREATE TABLE a(); DROP TABLE a; DROP TABLE a") == ["drops a"]
    assert told(SQL, "CREATE SCHEMA a; DROP TABLE a") == ["drops a"]


def test_a_table_that_is_rebuilt_keeps_its_rows() -> None:
    copied = 'CREATE TABLE "new_A" (b int); INSERT INTO "new_A" SELECT b FROM "A"; DROP TABLE "A"; '
    assert told(SQL, f'{copied} ALTER TABLE "new_A" RENAME TO "A"') == []
    assert told(SQL, copied) == ["drops A"]
    empty = 'CREATE TABLE n (b int); DROP TABLE "A"; ALTER TABLE n RENAME TO "A"'
    assert told(SQL, empty) == ["drops A"]


def test_clearing_the_ground_for_a_table_is_a_loss_only_in_a_later_step() -> None:
    script = "DROP TABLE IF EXISTS a;\nCREATE TABLE a (b int);"
    for fresh in ("schema.sql", "V1__init.sql", "migrations/0001_initial.sql", "db/0_a/up.sql"):
        assert told(fresh, script) == []
        assert told(fresh, script.replace("IF EXISTS ", "")) == ["drops a"]
        assert told(fresh, "DROP TABLE IF EXISTS a") == ["drops a"]
    for later in ("V2__a.sql", "migrations/20240101_a.sql", "prisma/20240101_a/migration.sql"):
        assert told(later, script) == ["drops a"]


@pytest.mark.parametrize(
    ("up", "down"),
    [
        ("-- +goose Up", "-- +goose Down"),
        ("-- +migrate Up", "-- +migrate Down"),
        ("-- migrate:up transaction:false", "-- migrate:down"),
        ("-- rambler up", "-- rambler down"),
    ],
)
def test_of_a_script_in_sections_the_way_up_counts(up: str, down: str) -> None:
    script = f"{up}\nALTER TABLE a\n  DROP COLUMN b;\n\n{down}\nDROP TABLE c;\n"
    (effect,) = effects(SQL, script)
    assert (effect.change, effect.key, effect.line) == ("drops", "a.b", 3)
    assert told(SQL, f"{up}\nCREATE TABLE a(b int);\n{down}\nDROP TABLE a;") == []


@pytest.mark.parametrize("script", ["-- +goose Down\n", "-- +goose Down\n-- none\n", ""])
def test_a_script_in_sections_needs_a_way_down(script: str) -> None:
    up = "-- +goose Up\nCREATE TABLE a (b int);\n"
    assert told(SQL, up + script) == ["no-way-down 0007_change"]
    assert told(SQL, f"-- +goose Up\n{script}") == []
    assert told(SQL, "CREATE TABLE a (b int);") == []


def test_lines_count_through_comments_texts_and_blocks() -> None:
    script = "-- a\n/* b\n*/ SELECT 'c\n';\nDO $$\nBEGIN\n  DROP TABLE d;\nEND $$;\nDROP TABLE e;"
    assert [each.line for each in effects(SQL, script)] == [7, 9]
