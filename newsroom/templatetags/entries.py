"""Template filters for entries of the log: ``{{ entry|log_sentence }}``, ``{% for value in entry|log_values %}``."""

from django import template

from articles.admin import log, sentences

register = template.Library()
register.filter("log_values", log.values)


@register.filter
def log_sentence(entry):
    """Return what was done, without the person: published the article “X” at /2026/03/02/x/."""
    return sentences.sentence_of(entry).text
