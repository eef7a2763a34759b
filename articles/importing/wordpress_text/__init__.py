"""Texts of WordPress become the paper's own body HTML.

``blocks`` reads the block comments, ``rendering`` turns each kind into HTML; ``shortcodes`` reads what stands in
brackets, ``replacing`` and ``builders`` turn that into HTML; all of it is converted as any HTML is. Where there are no
blocks, line breaks count.
"""

from django.utils.translation import gettext as _

from articles.importing.html_text import HANDLERS
from articles.importing.html_text.conversion import Conversion
from articles.importing.items import ConvertedText, Surroundings
from articles.importing.wordpress_text.rendering import BlockRenderer
from articles.importing.wordpress_text.replacing import ShortcodeRenderer
from articles.importing.wordpress_text.shortcodes import replace_shortcodes

PAGE_BREAK = "<!--nextpage-->"
BUILDERS = {"elementor-": "Elementor", "fl-builder-": "Beaver Builder", "et_pb_": "Divi", "themify_builder": "Themify"}


def convert_wordpress(text: str, surroundings: Surroundings) -> ConvertedText:
    """Return a text of WordPress, of blocks or classic, as the paper's own."""
    conversion = Conversion(surroundings, HANDLERS, finds_addresses=True)
    blocks, shortcodes = BlockRenderer(conversion), ShortcodeRenderer(conversion)
    html = blocks.html(text)
    if surroundings.footnotes and not blocks.has_footnotes:
        html += blocks.footnotes()
    html = replace_shortcodes(html, shortcodes.is_name, shortcodes.render)
    if PAGE_BREAK in html:
        conversion.tell("page break", "nextpage", _("The pages of the text became one."))
    for name, builder in BUILDERS.items():
        if f'class="{name}' in html:
            conversion.tell("page builder", builder, _("Its words were kept, its layout was not."))
    return conversion.convert(html)
