"""What the desk's templates say of times."""

from django import template

from articles.admin import times

register = template.Library()


@register.filter
def shown(moment, form="DATETIME_FORMAT"):
    """A time in the paper's zone, and how far away it is: ``{{ edition.live_from|shown }}``."""
    return times.shown(moment, form)


@register.filter
def in_words(moment):
    """How far away a time is: in 3 hours, yesterday 18:00."""
    return times.in_words(moment)
