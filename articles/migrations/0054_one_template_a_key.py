from itertools import count

from django.db import migrations, models

from articles.folding import key as key_of

LONGEST = 80  # characters of a name
MESSAGE = "There is a template of this name. Give this one another."


def fill(apps, schema_editor):
    """Give each template the key of its name; of those that are one by their names the later ones get a number."""
    templates = apps.get_model("articles", "Template").objects.using(schema_editor.connection.alias)
    rows = list(templates.order_by("pk").only("name"))
    names = {key_of(row.name) for row in rows}
    taken = set()
    for row in rows:
        if (key := key_of(row.name)) in taken:
            row.name, key = _free(row.name, names)
        taken |= {key} - {""}
        names.add(key)
        templates.filter(pk=row.pk).update(name=row.name, name_key=key)


def _free(name, names):
    """``name`` with the first number that makes it nobody's, and the key of that."""
    for number in count(2):
        numbered = f"{name[: LONGEST - len(str(number)) - 1]} {number}"
        if (key := key_of(numbered)) not in names:
            return numbered, key


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0053_keys_of_authors"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="template", name="one_template_a_name"),
        migrations.AddField(
            model_name="template",
            name="name_key",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=200),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.UniqueConstraint(
                fields=["name_key"],
                condition=models.Q(("name_key", ""), _negated=True),
                name="one_template_a_key",
                violation_error_message=MESSAGE,
            ),
        ),
    ]
