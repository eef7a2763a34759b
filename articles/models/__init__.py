"""The newsroom's own tables; import them from here (readers' modules: from the module itself)."""

from articles.models.article import Article, ArticleByline, ArticleSection, ArticleTag
from articles.models.author import Author
from articles.models.copy import Copy, Kind
from articles.models.edition import FOR_EVER, Address, Edition, EditionByline, EditionSection, EditionTag
from articles.models.image import Image
from articles.models.placement import Placement
from articles.models.revision import Revision
from articles.models.section import Section
from articles.models.site import SiteSettings

__all__ = [
    "FOR_EVER",
    "Address",
    "Article",
    "ArticleByline",
    "ArticleSection",
    "ArticleTag",
    "Author",
    "Copy",
    "Edition",
    "EditionByline",
    "EditionSection",
    "EditionTag",
    "Image",
    "Kind",
    "Placement",
    "Revision",
    "Section",
    "SiteSettings",
]
