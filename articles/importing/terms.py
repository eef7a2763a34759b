"""Authors, sections and tags of an export become the paper's, or turn out to be those that it has."""

from collections.abc import Callable, Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from taggit.models import Tag

from articles.folding import key as key_of
from articles.folding import same
from articles.importing.hooks import Hooks
from articles.importing.items import SourceAuthor, SourceFinding, SourceTerm
from articles.importing.ledger import Ledger, in_batches
from articles.importing.mapping import Mapping, shows_mail
from articles.importing.survey import Survey, hash_of, kind_of_item
from articles.importing.traces import trace_of, traces_now
from articles.models import Author, ImportedRow, Section, tag_key
from articles.models.redirect import path_of
from articles.text import first_free, make_slug

BATCH = 100
BROUGHT, USED = ImportedRow.Outcome.BROUGHT, ImportedRow.Outcome.USED
LEFT_OUT, KEPT = ImportedRow.Outcome.LEFT_OUT, ImportedRow.Outcome.KEPT
LONGEST_TAG = 100
Term = SourceAuthor | SourceTerm
Maker = Callable[[Term], tuple[Model | None, bool, str]]  # the row, whether it is new, and why there is none


class Terms:
    """Brings what stories refer to, before them."""

    def __init__(self, ledger: Ledger, survey: Survey, mapping: Mapping, hooks: Hooks) -> None:
        self.ledger, self.survey, self.mapping, self.hooks = ledger, survey, mapping, hooks
        self.findings: list[SourceFinding] = []

    def bring(self) -> None:
        """Bring authors, then categories, those of the first level before those within, then tags."""
        self._bring(self.survey.items(SourceAuthor), self._author)
        for is_within in (False, True):
            self._bring(self._categories(is_within), self._category)
        self._bring(self._of_kinds({"tag"}), self._tag)
        self._bring(self._of_other_kinds(), lambda _term: (None, False, _("The paper has nothing of this kind.")))
        for row in ImportedRow.objects.filter(operation=self.ledger.operation, model__gt="").iterator(1000):
            self._note_path(row)

    def _categories(self, is_within: bool) -> Iterable[SourceTerm]:
        for term in self._of_kinds({"category"}):
            if bool(self.mapping.category(term, self.survey).get("within")) == is_within:
                yield term

    def _of_kinds(self, kinds: set[str]) -> Iterable[SourceTerm]:
        return (term for term in self.survey.items(SourceTerm) if term.kind in kinds)

    def _of_other_kinds(self) -> Iterable[SourceTerm]:
        return (term for term in self.survey.items(SourceTerm) if term.kind not in {"category", "tag"})

    def _bring(self, terms: Iterable[Term], make: Maker) -> None:
        for batch in in_batches(terms, BATCH):
            with transaction.atomic():
                self._bring_batch(batch, make)

    def _bring_batch(self, batch: list[Term], make: Maker) -> None:
        rows = self.ledger.rows(term.key for term in batch)
        traces = traces_now(rows.values())
        self.ledger.see(rows.values())
        entries, keys = [], []
        for term in batch:
            row = rows.get(term.key)
            if row and row.came == hash_of(term) and (row.outcome != BROUGHT or row.pk in traces):
                continue
            keys.append(term.key)
            entries.append(self._again(term, row, traces) if row and row.made else self._entry(term, make))
        self.ledger.tell(keys, self.findings)
        self.findings = []
        self.ledger.note(entries)

    def _entry(self, term: Term, make: Maker) -> ImportedRow:
        row, is_new, why = make(term)
        values = {"came": hash_of(term), "addresses": list(term.addresses), "why": why}
        if row is None:
            return self.ledger.entry(term.key, kind_of_item(term), outcome=LEFT_OUT, **values)
        if is_new:
            row.refresh_from_db()
            values["made"] = trace_of(row)
        outcome = BROUGHT if is_new else USED
        return self.ledger.entry(
            term.key, kind_of_item(term), model=row._meta.label, row=row.pk, outcome=outcome, **values
        )

    def _again(self, term: Term, row: ImportedRow, traces: dict[int, str]) -> ImportedRow:
        """Return the row of a term that came otherwise than before; what was changed here since is left alone."""
        row.seen = self.ledger.operation.run
        if traces.get(row.pk) != row.made:
            row.outcome, row.why = KEPT, _("It was changed or removed here since.")
            self.findings.append(SourceFinding("changed here", term.key, term.name, str(row.why)))
            return row
        model = {"author": Author, "category": Section}.get(row.kind, Tag)
        model = Tag if row.model == Tag._meta.label else model
        stored = model._default_manager.get(pk=row.row)
        stored.name = self._name(term)
        if isinstance(term, SourceAuthor):
            stored.biography = term.biography
        elif model is Section:
            stored.description = term.description
        stored.save()
        stored.refresh_from_db()
        row.came, row.made, row.outcome, row.why = hash_of(term), trace_of(stored), BROUGHT, ""
        return row

    def _name(self, term: Term) -> str:
        if isinstance(term, SourceAuthor):
            return self.mapping.author(term).get("name", "")[:120]
        if term.kind == "category":
            return self.mapping.category(term, self.survey).get("name", "")[:80]
        return term.name[:LONGEST_TAG]

    def _author(self, source: Term) -> tuple[Model | None, bool, str]:
        author = self.hooks.change_author(source)  # type: ignore[arg-type] # only authors come here
        choice = self.mapping.author(author) if author else {"as": "nothing"}
        if author is None or choice["as"] == "nothing":
            return None, False, _("The mapping or a hook leaves it out.")
        if not choice["name"].strip():
            return None, False, _("It has no name.")
        slug = choice.get("slug") or make_slug(choice["name"]) or make_slug(author.key) or "author"
        if shows_mail(author.slug, author.email):
            self.findings.append(
                SourceFinding("author's address", author.key, slug, _("The former one showed a mail address."))
            )
        for existing in Author.objects.filter(slug=slug):
            if key_of(existing.name) == key_of(choice["name"]) and not self._is_ours(existing):
                return existing, False, ""
        free = first_free(slug[:76], Author.objects.filter(slug__startswith=slug[:76]).values_list("slug", flat=True))
        is_guest = choice["as"] == "guest"
        links = "\n".join(link for link in author.links if link.startswith("https://") and " " not in link)
        user = None if is_guest else _login(author.email)
        values = {"name": choice["name"], "is_guest": is_guest, "links": links, "user": user}
        return Author.objects.create(slug=free, biography=author.biography, **values), True, ""

    def _is_ours(self, row: Model) -> bool:
        """Return whether an item of this import was made into ``row``: two of one name stay two."""
        rows = ImportedRow.objects.filter(model=row._meta.label, row=row.pk, operation=self.ledger.operation)
        return rows.filter(outcome=BROUGHT).exists()

    def _category(self, source: Term) -> tuple[Model | None, bool, str]:
        choice = self.mapping.category(source, self.survey)  # type: ignore[arg-type] # only terms come here
        if choice["as"] == "nothing":
            return None, False, _("The mapping leaves it out.")
        if choice["as"] == "tag":
            return self._tag_named(choice["name"])
        parent = None
        if choice.get("within"):
            parent = Section.objects.filter(parent=None, slug=choice["within"]).first()
            if parent is None:
                return None, False, _("There is no section “%(slug)s” to lie within.") % {"slug": choice["within"]}
        if existing := Section.objects.filter(parent=parent, slug=choice["slug"]).first():
            return existing, False, ""
        description = source.description if isinstance(source, SourceTerm) else ""
        values = {"name": choice["name"][:80], "kind": choice.get("kind") or Section.Kind.THEME}
        values |= {"slug": choice["slug"], "description": description}
        return Section.objects.create(parent=parent, in_menu=False, **values), True, ""

    def _tag(self, source: Term) -> tuple[Model | None, bool, str]:
        return self._tag_named(source.name)

    def _tag_named(self, name: str) -> tuple[Model | None, bool, str]:
        name = " ".join(name.split())[:LONGEST_TAG]
        if not key_of(name):
            return None, False, _("Its name has neither a letter nor a digit.")
        if tag := tag_key.tag_named(name):
            return tag, False, ""
        return tag_key.get_or_make([name])[0], True, ""

    def _note_path(self, row: ImportedRow) -> None:
        """Write down which path stands for a term in links."""
        models: dict[str, type[Model]] = {model._meta.label: model for model in (Author, Section, Tag)}
        target = models[row.model]._default_manager.filter(pk=row.row).first() if row.model in models else None
        path = path_of(target) if target else ""  # type: ignore[arg-type] # one of these
        if path:
            self.survey.name_path(path, row.key)


def _login(email: str) -> User | None:
    """Return the login of a mail address, if it is one person's and no author has it."""
    users = list(User.objects.filter(same("email", email), is_active=True, author=None)[:2]) if email else []
    return users[0] if len(users) == 1 else None
