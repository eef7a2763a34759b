"""An entry of the log in a template: ``{{ entry|log_sentence }}``, ``{% for value in entry|log_values %}``."""

from django import template

from articles.admin import log, sentences

register = template.Library()
register.filter("log_values", log.values)


@register.filter
def log_sentence(entry):
    """What was done, without who: published the article “X” at /2026/03/02/x/."""
    return sentences.sentence_of(entry).text
