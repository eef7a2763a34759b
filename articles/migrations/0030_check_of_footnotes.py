from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0029_what_is_known_of_countries"),
    ]

    operations = [
        migrations.AlterField(
            model_name="checkrule",
            name="check_name",
            field=models.CharField(
                choices=[
                    ("headline_length", "The headline has at most 110 characters"),
                    ("standfirst", "There is a standfirst, of at most 160 characters"),
                    ("lead_image", "There is a lead picture"),
                    ("alternative", "Every picture has an alternative text, or is decorative"),
                    ("credit", "Every picture has a credit"),
                    ("licence", "No picture’s licence has run out"),
                    ("picture_size", "The lead picture is at least 1200 pixels wide"),
                    ("byline", "There is a byline"),
                    ("tags", "There is at least one tag"),
                    ("description", "There is a description for search engines, or a standfirst"),
                    ("internal_links", "Links into the paper lead to live pages"),
                    ("external_links", "Links to other sites answer"),
                    ("heading_order", "Headings are in order"),
                    ("rates", "Every exchange rate that the text refers to is known"),
                    ("footnotes", "Every footnote says something, and stands where it has a mark"),
                    ("leftovers", "No leftovers like TK, XXX or “lorem ipsum”"),
                ],
                max_length=20,
                verbose_name="check",
            ),
        ),
    ]
