from django.db import migrations
from django.db.models import Q

KNOWN = {  # slug: time zone, currency
    "kazakhstan": ("Asia/Almaty", "KZT"),
    "kyrgyzstan": ("Asia/Bishkek", "KGS"),
    "tajikistan": ("Asia/Dushanbe", "TJS"),
    "turkmenistan": ("Asia/Ashgabat", "TMT"),
    "uzbekistan": ("Asia/Tashkent", "UZS"),
    "afghanistan": ("Asia/Kabul", "AFN"),
    "azerbaijan": ("Asia/Baku", "AZN"),
    "mongolia": ("Asia/Ulaanbaatar", "MNT"),
    "pakistan": ("Asia/Karachi", "PKR"),
    "russia": ("Europe/Moscow", "RUB"),
}


def fill(apps, schema_editor):
    """Time zone and currency of the countries that start with the paper; those with articles of their own keep a shelf."""
    sections, editions = apps.get_model("articles.Section"), apps.get_model("articles.Edition")
    countries = sections.objects.filter(kind="country", parent=None)
    for slug, (zone, currency) in KNOWN.items():
        countries.filter(slug=slug, time_zone="", currency="").update(time_zone=zone, currency=currency)
    for country in countries:
        if editions.objects.filter(Q(section=country) | Q(section__parent=country)).exists():
            countries.filter(pk=country.pk).update(has_shelf=True)


class Migration(migrations.Migration):
    dependencies = [("articles", "0028_countries_on_the_front_page")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
