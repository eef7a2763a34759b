from django.core.management.commands.flush import Command as DjangosCommand
from django.db import IntegrityError, connections, transaction

_left_by_django: dict[str, dict[str, list]] = {}  # the rows after a flush of its own, by database and table


class Command(DjangosCommand):
    """Leaves what Django's leaves, but writes only to tables with other rows: it runs after every test that commits.

    Django's empties every table, and then makes all permissions and groups anew.
    """

    def handle(self, **options):
        name = options["database"]
        asked_otherwise = options.get("reset_sequences", True) or options.get("inhibit_post_migrate")
        if not asked_otherwise and name in _left_by_django and _restore(connections[name], _left_by_django[name]):
            return
        super().handle(**options)
        _left_by_django[name] = {table: _rows(connections[name], table) for table in _filled(connections[name])}


def _restore(connection, left: dict[str, list]) -> bool:
    """Empty the tables that are to have no rows; false if others don't have the rows that were ``left`` in them.

    Also false if a request that the test's browser left behind wrote a row meanwhile which names one of those deleted.
    """
    try:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            for table in _filled(connection) - left.keys():
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
            return all(_rows(connection, table) == rows for table, rows in left.items())
    except IntegrityError:
        return False


def _filled(connection) -> set[str]:
    """The tables with rows in them, those of migrations apart."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})" for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return {name for (name,) in cursor.fetchall()}


def _rows(connection, table: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} ORDER BY 1")
        return cursor.fetchall()
