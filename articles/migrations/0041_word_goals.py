from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0040_embed_providers")]

    operations = [
        migrations.AddField(
            model_name="article",
            name="word_goal",
            field=models.PositiveIntegerField(editable=False, null=True, verbose_name="word goal"),
        ),
    ]
