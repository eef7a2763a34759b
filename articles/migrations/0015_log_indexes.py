from django.db import migrations


class Migration(migrations.Migration):
    """Django's log is asked by row and by time, and has an index for neither."""

    dependencies = [
        ("articles", "0014_fill_revised_at"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS log_by_row ON django_admin_log (content_type_id, object_id, id)",
            "DROP INDEX IF EXISTS log_by_row",
        ),
        migrations.RunSQL(
            "CREATE INDEX IF NOT EXISTS log_by_time ON django_admin_log (action_time)",
            "DROP INDEX IF EXISTS log_by_time",
        ),
    ]
