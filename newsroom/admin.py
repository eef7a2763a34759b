"""The admin site: the desk's one door."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class NewsroomAdminSite(admin.AdminSite):
    """Django's admin with the newsroom's name and index."""

    site_title = _("Newsroom")
    site_header = _("Newsroom")
    index_title = _("The desk")
    enable_nav_sidebar = True
