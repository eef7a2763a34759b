"""Names above stories: logins, Co-Authors Plus with its guests, Newspack's bylines."""

import re
from collections.abc import Iterator
from dataclasses import replace

from articles.importing.items import SourceAuthor
from articles.importing.wxr.entries import EntryTerm, ExportEntry
from articles.importing.wxr.site_addresses import SiteAddresses, nicename
from articles.importing.wxr.words import plain, plain_line

MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,200}\.[^@\s]{2,40}")
BYLINE_AUTHOR = re.compile(r"\[Author id=[\"']?(-?\d{1,18})[\"']?[^\]]{0,100}\](.{0,200}?)\[/Author\]", re.I | re.S)
BYLINE_START = re.compile(r"^(?:by|von|par|por|от|автор:?)\s+", re.I)
LINKS = ("cap-website", "cap-twitter", "cap-facebook", "cap-linkedin", "cap-instagram")


class AuthorDirectory:
    """The site's authors by everything that items call them by. Logins come first, then guests, then those of items."""

    def __init__(self) -> None:
        self.addresses = SiteAddresses(())
        self.authors: dict[str, SourceAuthor] = {}
        self.by_login: dict[str, str] = {}
        self.by_number: dict[str, str] = {}
        self.by_slug: dict[str, str] = {}
        self.by_name: dict[str, list[str]] = {}
        self.without_name: list[str] = []  # keys of those whose only name is a mail address
        self.new: list[str] = []  # keys that nobody has got yet

    def add_login(self, entry: ExportEntry) -> None:
        """Note what a <wp:author> says."""
        login, number = entry.get("wp:author_login"), entry.get("wp:author_id")
        if not login or login.lower() in self.by_login:
            return
        names = [
            entry.get("wp:author_display_name"),
            f"{entry.get('wp:author_first_name')} {entry.get('wp:author_last_name')}",
        ]
        name = next((line for line in map(plain_line, names) if line and not MAIL.fullmatch(line)), "")
        self._login(login, name, entry.get("wp:author_email"), number)

    def _login(self, login: str, name: str = "", email: str = "", number: str = "") -> str:
        key, is_mail = f"author:{login.lower()}", bool(MAIL.fullmatch(login))
        slug = nicename(login)
        paths = [self.addresses.within(f"/author/{slug}/")] if slug else []
        if number.isdecimal() and number.strip("0"):
            paths.append(self.addresses.within(f"/?author={number}"))
            self.by_number[number] = key
        if not name:
            name = login.partition("@")[0]
            self.without_name += [key] * is_mail
        email = email or (login if is_mail else "")
        self.by_login[login.lower()] = key
        self._add(SourceAuthor(key, name, login if is_mail else slug, email, addresses=tuple(paths)), slug)
        return key

    def _add(self, author: SourceAuthor, slug: str) -> None:
        self.authors[author.key] = author
        self.new.append(author.key)
        self.by_slug.setdefault(slug, author.key)
        self.by_name.setdefault(author.name.casefold(), []).append(author.key)

    def add_guest(self, entry: ExportEntry) -> None:
        """Note a guest author of Co-Authors Plus; one that is linked to a login adds its biography to that."""
        slug = entry.get("wp:post_name").removeprefix("cap-") or entry.meta("cap-user_login")
        number = entry.get("wp:post_id")
        name = plain_line(entry.meta("cap-display_name") or entry.get("title"))
        biography = plain(entry.meta("cap-description") or entry.get("content:encoded"))
        links = tuple(link for key in LINKS if (link := entry.meta(key)).startswith(("http://", "https://")))
        if key := self.by_login.get(entry.meta("cap-linked_account").lower()):
            self._enrich(key, slug, biography, links)
        elif slug and name:
            key = f"guest:{slug}"
            path = self.addresses.within(f"/author/{slug}/")
            email = entry.meta("cap-user_email")
            self._add(SourceAuthor(key, name, slug, email, biography, links, addresses=(path,)), slug)
        if key and number:
            self.by_number.setdefault(number, key)

    def _enrich(self, key: str, slug: str, biography: str = "", links: tuple[str, ...] = ()) -> None:
        author = self.authors[key]
        path = self.addresses.within(f"/author/{slug}/")
        addresses = author.addresses if path in author.addresses else (*author.addresses, path)
        self.authors[key] = replace(
            author, biography=author.biography or biography, links=author.links or links, addresses=addresses
        )
        self.by_slug[slug] = key

    def add_term(self, term: EntryTerm) -> str:
        """Return the key of the author whom a category of the domain "author" names; a new guest if nobody is."""
        slug = term.nicename.removeprefix("cap-") or nicename(term.name)
        name = plain_line(term.name)
        if key := self.by_slug.get(slug) or self.by_login.get(slug.lower()):
            return key
        namesakes = self.by_name.get(name.casefold(), [])
        key = self.by_login.get(term.name.lower()) or (namesakes[0] if len(namesakes) == 1 else "")
        if key:
            if slug and key not in self.new:
                self.by_slug[slug] = key
            elif slug:
                self._enrich(key, slug)
            return key
        key = f"guest:{slug}"
        path = self.addresses.within(f"/author/{slug}/")
        self._add(SourceAuthor(key, name or slug, slug, addresses=(path,)), slug)
        return key

    def of_entry(self, entry: ExportEntry) -> tuple[str, ...]:
        """Return the keys of the authors of ``entry`` in order: by its byline, else its co-authors, else its login."""
        byline = entry.meta("_newspack_byline")
        if byline and entry.meta("_newspack_byline_active") in ("1", "true"):
            return self._of_byline(byline)
        terms = [term for term in entry.terms if term.domain == "author" and (term.nicename or term.name)]
        if terms:
            return tuple(dict.fromkeys(self.add_term(term) for term in terms))
        login = entry.get("dc:creator")
        if not login:
            return ()
        return (self.by_login.get(login.lower()) or self._login(login),)

    def _of_byline(self, byline: str) -> tuple[str, ...]:
        """Return the authors whom a byline of Newspack names by number; without one, its words as a guest's name."""
        keys = [
            self.by_number.get(match[1]) or self._named(plain_line(match[2]))
            for match in BYLINE_AUTHOR.finditer(byline)
        ]
        if not keys:
            keys = [self._named(BYLINE_START.sub("", plain_line(byline)))]
        return tuple(dict.fromkeys(key for key in keys if key))

    def _named(self, name: str) -> str:
        namesakes = self.by_name.get(name.casefold(), [])
        if len(namesakes) == 1 or not name:
            return namesakes[0] if name else ""
        key = f"byline:{name[:150].casefold()}"
        if key not in self.authors:
            self._add(SourceAuthor(key, name[:150], is_guest=True), key)
        return key

    def take_new(self) -> Iterator[SourceAuthor]:
        """Yield each author once."""
        keys, self.new = self.new, []
        for key in keys:
            yield self.authors[key]

    def shared_mails(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the key of the first and the names of all authors of one mail address."""
        by_mail: dict[str, list[SourceAuthor]] = {}
        for author in self.authors.values():
            if author.email:
                by_mail.setdefault(author.email.lower(), []).append(author)
        for authors in by_mail.values():
            if len(authors) > 1:
                yield authors[0].key, [author.name for author in authors]
