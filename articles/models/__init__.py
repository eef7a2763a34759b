"""The newsroom's own tables; import them from here (readers' modules: from the module itself)."""

from articles.models.access import LoginAttempt, LoginSession, PasswordLink
from articles.models.announcement import Announcement, ArchiveMonth
from articles.models.article import Article, ArticleByline, ArticleImage, ArticleSection, ArticleTag
from articles.models.author import Author
from articles.models.autosave import Autosave, Presence
from articles.models.check import Check, CheckRule, OutsideLink
from articles.models.copy import Copy, Kind
from articles.models.edition import (
    Address,
    Edition,
    EditionByline,
    EditionCorrection,
    EditionImage,
    EditionSection,
    EditionTag,
)
from articles.models.embed_provider import EmbedProvider
from articles.models.flat_page import FlatPage
from articles.models.idea import Idea
from articles.models.image import Image
from articles.models.imported import Import, ImportedRow, ImportedSource, ImportFinding
from articles.models.indexed import IndexedArticle
from articles.models.menu import MenuLink, PaperMenus
from articles.models.merge import Merge, MergedRows
from articles.models.note import Note, PreviewLink
from articles.models.notice import Notice, NoticeChoice
from articles.models.old_address import OldAddress
from articles.models.picture_word import PictureWord
from articles.models.placement import Alert, BoardRevision, Placement
from articles.models.policy_report import PolicyReport
from articles.models.redirect import FormerAddress, Redirect, RedirectHits
from articles.models.revision import Revision
from articles.models.saved_search import SavedSearch
from articles.models.search_word import SearchWord
from articles.models.section import Section
from articles.models.site import PaperLook, SiteSettings
from articles.models.tag_key import TagKey
from articles.models.template import Template
from articles.models.unsaved_form import UnsavedForm
from articles.models.worker import PaperFault, WorkerBeat

__all__ = [
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
    "EmbedProvider",
    "FlatPage",
    "FormerAddress",
    "Idea",
    "Image",
    "Import",
    "ImportFinding",
    "ImportedRow",
    "ImportedSource",
    "IndexedArticle",
    "Kind",
    "LoginAttempt",
    "LoginSession",
    "MenuLink",
    "Merge",
    "MergedRows",
    "Note",
    "Notice",
    "NoticeChoice",
    "OldAddress",
    "OutsideLink",
    "PaperFault",
    "PaperLook",
    "PaperMenus",
    "PasswordLink",
    "PictureWord",
    "Placement",
    "PolicyReport",
    "Presence",
    "PreviewLink",
    "Redirect",
    "RedirectHits",
    "Revision",
    "SavedSearch",
    "SearchWord",
    "Section",
    "SiteSettings",
    "TagKey",
    "Template",
    "UnsavedForm",
    "WorkerBeat",
]
