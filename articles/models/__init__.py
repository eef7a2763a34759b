"""The newsroom's own tables; import them from here (readers' modules: from the module itself)."""

from articles.models.announcement import Announcement, ArchiveMonth
from articles.models.article import Article, ArticleByline, ArticleImage, ArticleSection, ArticleTag
from articles.models.author import Author
from articles.models.autosave import Autosave, Presence
from articles.models.check import Check, CheckRule, OutsideLink
from articles.models.copy import Copy, Kind
from articles.models.edition import (
    FOR_EVER,
    Address,
    Edition,
    EditionByline,
    EditionCorrection,
    EditionImage,
    EditionSection,
    EditionTag,
)
from articles.models.flat_page import FlatPage
from articles.models.image import Image
from articles.models.note import Note, PreviewLink
from articles.models.notice import Notice, NoticeChoice
from articles.models.placement import Alert, BoardRevision, Placement
from articles.models.redirect import FormerAddress, Redirect, RedirectHits
from articles.models.revision import Revision
from articles.models.search_word import SearchWord
from articles.models.section import Section
from articles.models.site import SiteSettings
from articles.models.unsaved_form import UnsavedForm

__all__ = [
    "FOR_EVER",
    "Address",
    "Alert",
    "Announcement",
    "ArchiveMonth",
    "Article",
    "ArticleByline",
    "ArticleImage",
    "ArticleSection",
    "ArticleTag",
    "Author",
    "Autosave",
    "BoardRevision",
    "Check",
    "CheckRule",
    "Copy",
    "Edition",
    "EditionByline",
    "EditionCorrection",
    "EditionImage",
    "EditionSection",
    "EditionTag",
    "FlatPage",
    "FormerAddress",
    "Image",
    "Kind",
    "Note",
    "Notice",
    "NoticeChoice",
    "OutsideLink",
    "Placement",
    "Presence",
    "PreviewLink",
    "Redirect",
    "RedirectHits",
    "Revision",
    "SearchWord",
    "Section",
    "SiteSettings",
    "UnsavedForm",
]
