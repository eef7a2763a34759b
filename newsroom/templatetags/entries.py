"""An entry of the log in a template: ``{{ entry|log_message }}``, ``{% for value in entry|log_values %}``."""

from django import template

from articles.admin import log

register = template.Library()
register.filter("log_action", log.action)
register.filter("log_message", log.message)
register.filter("log_values", log.values)
