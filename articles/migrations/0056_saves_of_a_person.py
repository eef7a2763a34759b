from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0055_what_scheduled_editions_repeat")]

    operations = [
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["saved_by", "-saved_at", "-id"], name="article_by_saver"),
        ),
    ]
