from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib.admin import apps as admin_apps
from django.core.signals import got_request_exception
from django.db import transaction
from django.db.backends.signals import connection_created
from django.db.models.signals import post_delete, post_save


class NewsroomAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "newsroom.desk.site.NewsroomAdminSite"


def on_rates_written(sender, raw=False, **kwargs):
    """Refresh the rates in scheduled editions."""
    from newsroom.rates_in_articles import freeze_scheduled

    if not raw:
        transaction.on_commit(lambda: freeze_scheduled(), robust=True)


def on_rate_written(sender, instance, raw=False, **kwargs):
    """Redraw the card of a pair after its newest rate; rates loaded by a fixture get none."""
    from articles.tasks import after_commit
    from tickers.tasks import draw_card

    if instance.status != instance.Status.ACCEPTED or raw:
        return
    newer = sender.objects.accepted().filter(pair=instance.pair_id, effective_date__gt=instance.effective_date)
    if not newer.exists():  # rates of the past draw nothing
        after_commit(draw_card.enqueue, instance.pair_id)


def on_pair_written(sender, instance, raw=False, **kwargs):
    """Redraw the card of a pair, which shows the pair as its page does."""
    from articles.tasks import after_commit
    from tickers.tasks import draw_card

    if not raw and instance.card:
        after_commit(draw_card.enqueue, instance.pk)


class NewsroomConfig(AppConfig):
    name = "newsroom"

    def ready(self):
        from articles.body import charts, references
        from articles.public import menus, sitemaps
        from articles.public.brand import Brand
        from articles.search import answers
        from newsroom import charts_in_articles, pages, rates_in_articles, rates_in_search
        from newsroom.serving import (
            changes,
            connections,  # noqa: F401 - it registers a check
            folders,  # noqa: F401 - it registers a check
            former_addresses,
            postgres,
        )
        from newsroom.watch import alarm, sentry
        from tickers import cards as rate_cards

        postgres.read_times_quickly()
        connection_created.connect(changes.listen_for_writes, dispatch_uid="changes")
        connection_created.connect(former_addresses.listen_for_moves, dispatch_uid="former addresses")
        post_save.connect(changes.explain, sender=apps.get_model("articles.Edition"), dispatch_uid="changed edition")
        references.register_rates(rates_in_articles.look_up_rates)
        charts.register_charts(
            charts_in_articles.look_up_points, charts_in_articles.draw_chart, charts_in_articles.chart_in_words
        )
        answers.register_finder(rates_in_search.find_rates)
        menus.offer_pages(pages.IN_MENUS)
        sitemaps.name_pages(pages.IN_SITEMAP)
        rate_cards.register(Brand.current)
        got_request_exception.connect(alarm.note_error, dispatch_uid="error of a page")
        if settings.SENTRY_DSN:
            sentry.start(settings.SENTRY_DSN)
        for name in ("tickers.Rate", "tickers.Pair", "articles.SiteSettings"):
            for signal in (post_save, post_delete):
                signal.connect(
                    on_rates_written, sender=apps.get_model(name), dispatch_uid=f"frozen {name} {id(signal)}"
                )
        post_save.connect(on_rate_written, sender=apps.get_model("tickers.Rate"), dispatch_uid="rate card")
        post_save.connect(on_pair_written, sender=apps.get_model("tickers.Pair"), dispatch_uid="pair card")
