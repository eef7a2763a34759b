import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0060_violations_of_the_policy"),
    ]

    operations = [
        migrations.CreateModel(
            name="WorkerBeat",
            fields=[
                ("worker", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("host", models.CharField(max_length=255, verbose_name="machine")),
                ("process", models.PositiveIntegerField(verbose_name="process")),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="last seen")),
                ("doing", models.TextField(blank=True, default="", verbose_name="does now")),
            ],
            options={
                "verbose_name": "worker",
                "verbose_name_plural": "workers",
                "ordering": ["-seen_at", "worker"],
                "default_permissions": [],
            },
        ),
        migrations.CreateModel(
            name="PaperFault",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("host", models.CharField(blank=True, default="", max_length=255, verbose_name="machine")),
                ("text", models.TextField(verbose_name="what is wrong")),
                ("advice", models.TextField(blank=True, default="", verbose_name="what to do")),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="last seen")),
                ("mailed_at", models.DateTimeField(null=True, verbose_name="mailed")),
            ],
            options={
                "verbose_name": "fault",
                "verbose_name_plural": "faults",
                "ordering": ["began_at", "pk"],
                "default_permissions": [],
                "constraints": [
                    models.UniqueConstraint(models.F("key"), models.F("host"), name="one_fault_a_key_and_machine")
                ],
            },
        ),
    ]
