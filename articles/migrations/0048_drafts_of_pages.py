from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0047_look_of_the_paper"),
    ]

    operations = [
        migrations.AddField(
            model_name="flatpage",
            name="is_public",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Else it is a draft, which only the desk sees.",
                verbose_name="for readers",
            ),
        ),
    ]
