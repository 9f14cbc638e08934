"""Migrations of Alembic and Django: what loses data, and what only looks like it."""

from __future__ import annotations

import pytest

from tests.core.classify.migrating import ALEMBIC, DJANGO, alembic, django, effects, told


@pytest.mark.parametrize(
    ("up", "expected"),
    [
        ('op.drop_table("a", schema="s")', ["drops a"]),
        ('op.drop_column("a", column_name="b")', ["drops a.b"]),
        ('op.drop_table("a")\nop.create_table("a", sa.Column("b", sa.Text()))', ["drops a"]),
        ('op.drop_column("a", "b")\nop.add_column("a", sa.Column("b", sa.Text()))', ["drops a.b"]),
        ('with op.batch_alter_table("a") as batch:\n    batch.drop_column("b")', ["drops a.b"]),
        ('for t in ("a", "b"):\n    op.drop_table(t)', ["drops a", "drops b"]),
        ("for t in tables():\n    op.drop_table(t)", ["drops {t}"]),
        ('for t, c in [("a", "b")]:\n    op.drop_column(t, c)', ["drops a.b"]),
        (
            'for t in ["a"]:\n    op.execute(f"TRUNCATE {t}_log, {x.y}")',
            ["truncates a_log", "truncates {x.y}"],
        ),
        ('op.execute(sa.text("DELETE FROM a").bindparams(b=1))', ["deletes a"]),
        ('op.get_bind().execute("DROP TABLE %s" % name)', ["drops %s"]),
        ('sql = "DROP "\nsql += "TABLE a"\nop.execute(sql)', ["drops a"]),
        ('op.execute("DROP TABLE {}".format(name))', ["drops {}"]),
        (
            'users = sa.table("users", sa.column("id"))\nop.execute(users.delete())',
            ["deletes users"],
        ),
        ("op.execute(sa.delete(users).where(users.c.id == 1))", ["deletes {users}"]),
        (
            "Session(bind=op.get_bind()).query(models.User).filter_by(a=1).delete()",
            ["deletes user"],
        ),
        ("Base.metadata.drop_all(op.get_bind())", ["drops *"]),
        ('_drop("a", column="b")', ["drops a.b"]),
        (
            'if exists:\n    op.drop_table("a")\nelse:\n    op.drop_table("b")',
            ["drops a", "drops b"],
        ),
        (
            'try:\n    op.drop_table("a")\nexcept Exception:\n    op.drop_table("b")',
            ["drops a", "drops b"],
        ),
        ('if missing:\n    op.create_table("a")\nop.drop_table("a")', ["drops a"]),
    ],
)
def test_an_upgrade_that_loses_data_is_told(up: str, expected: list[str]) -> None:
    head = "def _drop(table, column):\n    op.drop_column(table, column)\n"
    assert told(ALEMBIC, alembic(up, head=head)) == expected


@pytest.mark.parametrize(
    "up",
    [
        'op.add_column("a", sa.Column("b", sa.Text(), nullable=True))',
        'op.drop_index("a")\nop.drop_constraint("b", "a")\nop.drop_table_comment("a")',
        'op.rename_table("a", "b")\nop.alter_column("b", "c", new_column_name="d")',
        'op.alter_column("a", "b", existing_type=sa.VARCHAR(9), nullable=False)',
        'op.create_table("a")\nop.drop_column("a", "b")\nop.drop_table("a")',
        'op.execute("UPDATE a SET b = \'DROP TABLE c\'")  # op.drop_table("a")',
        'sa.Enum(name="a").drop(op.get_bind())',
        'requests.delete("a")\nqueue.drop_table("a")',
        '"""op.drop_table("a")"""\nop.execute("SELECT 1")',
    ],
)
def test_an_upgrade_that_only_looks_like_a_loss_has_no_effect(up: str) -> None:
    assert told(ALEMBIC, alembic(up)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("sa.String(255)", "sa.String(length=50)", ("varchar(255)", "varchar(50)")),
        ("sa.Text()", "sa.VARCHAR(50)", ("text", "varchar(50)")),
        ("sa.BigInteger()", "sa.Integer()", ("bigint", "integer")),
        ("sa.Float", "sa.Integer", ("float", "integer")),
        ("sa.Numeric(10, 4)", "sa.Numeric(10, 2)", ("numeric(10, 4)", "numeric(10, 2)")),
        ("sa.DateTime()", "sa.Date()", ("datetime", "date")),
        ("sa.Enum('a', 'b', name='e')", "sa.Enum('a', name='e')", ("enum(a, b)", "enum(a)")),
        ("None", "sa.String(50)", (None, "varchar(50)")),
        ("None", "sa.SmallInteger()", (None, "smallint")),
    ],
)
def test_a_type_with_less_room_narrows(
    before: str, after: str, expected: tuple[str | None, str]
) -> None:
    up = f'op.alter_column("a", "b", existing_type={before}, type_={after})'
    (effect,) = effects(ALEMBIC, alembic(up))
    assert (effect.change, effect.key) == ("narrows", "a.b")
    assert (effect.before, effect.after) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sa.String(50)", "sa.String(255)"),
        ("sa.String(50)", "sa.Text()"),
        ("sa.Integer()", "sa.BigInteger()"),
        ("sa.DateTime()", "postgresql.TIMESTAMP(timezone=True)"),
        ("sa.Enum('a', name='e')", "sa.Enum('a', 'b', name='e')"),
        ("sa.Integer()", "sa.String(50)"),
        ("None", "sa.Integer()"),
        ("None", "sa.String()"),
    ],
)
def test_a_type_with_as_much_room_does_not_narrow(before: str, after: str) -> None:
    up = f'op.alter_column("a", "b", existing_type={before}, type_={after})'
    assert told(ALEMBIC, alembic(up)) == []


@pytest.mark.parametrize(
    "down",
    [
        "pass",
        '"""Nothing to do."""',
        'raise NotImplementedError("there is no way back")',
        'print("sorry")\nlogger.info("nothing")\nreturn',
        'op.drop_constraint(None, "a", type_="foreignkey")\nop.drop_column("a", "b")',
    ],
)
def test_an_upgrade_needs_a_downgrade_that_can_work(down: str) -> None:
    up = 'op.add_column("a", sa.Column("b", sa.Text()))'
    assert told(ALEMBIC, alembic(up, down)) == ["no-way-down 0007_change"]
    assert told(ALEMBIC, alembic("pass", down)) == []
    assert told(ALEMBIC, alembic(up, 'if a:\n    op.drop_column("a", "b")')) == []


def test_an_upgrade_without_any_downgrade_has_no_way_down() -> None:
    (effect,) = effects(
        ALEMBIC, 'from alembic import op as o\ndef upgrade():\n    o.drop_table("a")\n'
    )[1:]
    assert (effect.change, effect.line, effect.within) == ("no-way-down", 2, "upgrade")


def test_the_operations_go_by_the_name_that_the_file_gives_them() -> None:
    up = 'def upgrade():\n    {}.drop_table("a")\ndef downgrade():\n    {}.create_table("a")\n'
    for given, name in (("from alembic import op as o", "o"), ("import alembic.op as x", "x")):
        assert told(ALEMBIC, f"{given}\n{up.format(name, name)}") == ["drops a"]
    assert told(ALEMBIC, f"import o\n{up.format('o', 'o')}") == []


def test_each_of_several_databases_is_read() -> None:
    up = 'globals()["upgrade_%s" % engine]()'
    head = (
        'def upgrade_one():\n    op.drop_table("a")\ndef upgrade_two():\n    op.drop_table("b")\n'
    )
    assert told(ALEMBIC, alembic(up, head=head)) == ["drops a", "drops b"]


def test_lines_count_inside_a_text_of_several() -> None:
    up = 'op.execute(\n    """\n    SELECT 1;\n    DROP TABLE a;\n    """\n)'
    assert [each.line for each in effects(ALEMBIC, alembic(up))] == [9]
    assert [each.line for each in effects(ALEMBIC, alembic('op.execute("a;\\nDROP TABLE a")'))] == [
        6
    ]


def test_a_python_file_without_an_upgrade_is_no_migration() -> None:
    assert (
        told(ALEMBIC, 'from alembic import op\nop.drop_table("a")\ndef downgrade():\n    pass')
        == []
    )


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ('migrations.RemoveField("User", "Email")', ["drops user.email"]),
        ('migrations.RemoveField(model_name="user", name="email")', ["drops user.email"]),
        ('migrations.DeleteModel(name="Old")', ["drops old"]),
        (
            'migrations.RunSQL("DROP TABLE a; TRUNCATE b", migrations.RunSQL.noop)',
            ["drops a", "truncates b"],
        ),
        (
            'migrations.RunSQL(["DROP TABLE a", ("DELETE FROM b", [1])], reverse_sql="")',
            ["drops a", "deletes b"],
        ),
        ('migrations.RunSQL("CREATE INDEX a ON b (c)")', ["no-way-down 0007_change"]),
        ("migrations.RunPython(forwards)", ["deletes thing", "drops a", "no-way-down 0007_change"]),
        ("migrations.RunPython(forwards, reverse_code=backwards)", ["deletes thing", "drops a"]),
        (
            'SeparateDatabaseAndState(database_operations=[migrations.DeleteModel("A")])',
            ["drops a"],
        ),
        ('*[migrations.DeleteModel("A")]', ["drops a"]),
    ],
)
def test_an_operation_of_django_that_loses_data_is_told(
    operation: str, expected: list[str]
) -> None:
    head = """
        def forwards(apps, schema_editor):
            Thing = apps.get_model("shop", "Thing")
            Thing.objects.filter(old=True).delete()
            with schema_editor.connection.cursor() as cursor:
                cursor.execute("DROP TABLE a")

        def backwards(apps, schema_editor):
            Thing.objects.all().delete()
    """
    assert told(DJANGO, django(operation, head)) == expected


@pytest.mark.parametrize(
    "operation",
    [
        'migrations.AddField("user", "email", models.TextField(null=True))',
        'migrations.AlterField("user", "email", models.CharField(max_length=9))',
        'migrations.RenameField("user", "a", "b"), migrations.RenameModel("A", "B")',
        'migrations.RemoveIndex("user", "a"), migrations.RemoveConstraint("user", "b")',
        'migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("A")])',
        'migrations.AddField("a", "b", field), migrations.RemoveField("a", "b")',
        'migrations.CreateModel("A", []), migrations.DeleteModel("A")',
        'migrations.RunSQL("SELECT 1", reverse_sql="DROP TABLE a")',
        "migrations.RunPython(migrations.RunPython.noop)",
    ],
)
def test_an_operation_of_django_that_keeps_the_data_has_no_effect(operation: str) -> None:
    assert told(DJANGO, django(f"{operation},")) == []


def test_operations_that_are_added_to_a_list_count() -> None:
    more = "    operations: list = [migrations.DeleteModel('A')] + [migrations.DeleteModel('B')]\n"
    more += "    operations += [migrations.DeleteModel('C')]\n    atomic = False\n"
    assert told(DJANGO, django("") + more) == ["drops a", "drops b", "drops c"]
