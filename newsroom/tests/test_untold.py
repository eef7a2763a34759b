"""Nothing can be written where the generation stands: what is committed stays done, and nothing old goes out."""

import ast
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from unittest import mock, skipUnless

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.test import RequestFactory, SimpleTestCase, TransactionTestCase, override_settings
from django.urls import reverse
from django.utils import timezone
from django_tasks.backends.immediate import ImmediateBackend

from articles.desk import workflow
from articles.models import Image
from articles.tests.factories import make_article, make_chief, make_edition, make_image, make_section, picture_file
from newsroom.serving import changes, folders, frame, generation
from newsroom.serving.pagecache import control
from newsroom.serving.pagecache.middleware import PageCacheMiddleware
from newsroom.tests.forms import loaded
from tickers import decisions
from tickers.models import Rate
from tickers.providers import Quote
from tickers.tests.factories import make_pair, make_rate

NOBODY = 65534
IS_ROOT = os.geteuid() == 0


@contextmanager
def unprivileged():
    """As a user for whom modes and owners count, which for root they don't."""
    if not IS_ROOT:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def no_space(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


class Paper:
    """A NEWSROOM_VAR_DIR of its own with a generation in it, and what can befall it."""

    def __init__(self):
        self.var = Path(tempfile.mkdtemp(prefix="newsroom-untold-"))
        self.folder = self.var / "generation"
        self.var.chmod(0o755)

    def read_only(self):
        for path in (self.folder, self.var):
            path.chmod(0o555)

    def of_another_owner(self):
        if IS_ROOT:
            for path in (self.var, self.folder, *self.folder.iterdir()):
                os.chown(path, 0, 0, follow_symlinks=False)
        else:
            self.read_only()

    def missing(self):
        shutil.rmtree(self.folder)
        self.var.chmod(0o555)

    def a_file(self):
        shutil.rmtree(self.folder)
        self.folder.write_text("not a folder")
        self.var.chmod(0o555)

    def remove(self):
        for path in (self.var, self.folder):
            if path.exists():
                path.chmod(0o755)
        shutil.rmtree(self.var)


# A full disk may refuse any of what it takes to name a generation
FULL = {
    "full_for_folders": (Path, "mkdir"),
    "full_for_links": (Path, "symlink_to"),
    "full_for_names": (Path, "replace"),
    "full_for_locks": (generation, "_open_lock"),
}
FAULTS = ("read_only", "of_another_owner", "missing", "a_file", *FULL)


class StepsTests(TransactionTestCase):
    """Each step with each fault: done, everything else that waited for the commit was done, and nothing is kept."""

    def setUp(self):
        frame.forget_frame()
        self.chief = make_chief()
        self.pair = make_pair()

    def publish(self):
        article = make_article()
        return lambda: workflow.publish(article, by=self.chief), lambda: article.editions.live().exists()

    def withdraw(self):
        article = make_edition().article
        step = partial(workflow.withdraw, article, by=self.chief, reason="Wrong.")
        return step, lambda: not article.editions.live().exists()

    def correct(self):
        article = make_edition().article
        article.dated_corrections = [{"day": "2025-12-09", "text": "It was two."}]
        article.save()
        step = partial(workflow.publish, article, by=self.chief)
        return step, lambda: article.editions.live().get().correction_rows.exists()

    def reschedule(self):
        at = timezone.now() + timedelta(days=1)
        edition = workflow.schedule(make_article(), by=self.chief, at=at)
        later = at + timedelta(days=1)
        step = partial(workflow.reschedule, edition, by=self.chief, at=later)
        return step, lambda: edition.article.editions.filter(live_from__gt=at).exists()

    def replace_picture(self):
        image = make_image()
        step = partial(Image.objects.filter(pk=image.pk).update, file="other.jpg")
        return step, lambda: Image.objects.filter(pk=image.pk, file="other.jpg").exists()

    def accept_rate(self):
        rate = make_rate(self.pair, status=Rate.Status.HELD)
        is_done = Rate.objects.accepted().filter(pk=rate.pk).exists
        stands = Rate.objects.accepted().first()
        return lambda: decisions.accept_rate(rate, by=self.chief, instead=stands and stands.pk), is_done

    STEPS = ("publish", "withdraw", "correct", "reschedule", "replace_picture", "accept_rate")

    def test_each_step_with_each_fault(self):
        for fault in FAULTS:
            for name in self.STEPS:
                with self.subTest(fault=fault, step=name), self.paper() as paper:
                    step, is_done = getattr(self, name)()
                    self.try_one(paper, fault, step)
                    assert is_done()

    @contextmanager
    def paper(self):
        paper = Paper()
        with override_settings(GENERATION_DIR=paper.folder):
            try:
                yield paper
            finally:
                generation._lapsed.clear()
                paper.remove()

    def try_one(self, paper, fault, step):
        if IS_ROOT:
            os.chown(paper.var, NOBODY, NOBODY)
        before, ran, made = generation.current(), [], []
        middleware = PageCacheMiddleware(lambda request: made.append(1) or self.page(request))
        middleware(RequestFactory().get("/"))
        middleware(RequestFactory().get("/"))
        assert len(made) == 1
        with self.assertLogs("newsroom", "ERROR") as logs, self.befallen(paper, fault):
            with transaction.atomic():
                step()
                transaction.on_commit(lambda: ran.append(1))
            assert "can't be told" in "".join(logs.output)
            generation._lapsed.clear()  # another process has not heard of it
            assert generation.current() != before
            middleware(RequestFactory().get("/"))
        assert ran == [1]
        assert len(made) == 2
        if paper.folder.is_dir():  # mended: the old name means nothing more
            for path in (paper.var, paper.folder):
                path.chmod(0o755)
            assert generation.current() not in {"", before}

    @contextmanager
    def befallen(self, paper, fault):
        if fault in FULL:
            with mock.patch.object(*FULL[fault], no_space):
                yield
            return
        getattr(paper, fault)()
        with unprivileged():
            yield

    def page(self, request):
        response = HttpResponse("words")
        request.frame, request.shown_at = frame.frame_at(token=getattr(request, "generation", None)), None
        return response

    def test_who_did_it_reads_what_could_not_be_told_and_no_500(self):
        article = make_article()
        self.client.force_login(self.chief)
        with (
            mock.patch.object(generation, "_locked", no_space),
            mock.patch.object(generation, "_take_away"),
            self.assertLogs("newsroom", "ERROR"),
        ):
            response = self.client.get("/admin/")
            assert not list(get_messages(response.wsgi_request))
            answer = changes.tell_the_desk(lambda request: workflow.publish(article, by=self.chief) and HttpResponse())
            request = RequestFactory().post("/admin/")
            request._messages = mock.Mock()
            answer(request)
        (_level, text, _tags), _named = request._messages.add.call_args
        assert "It is done and saved. The server can't write the folder" in text
        assert "can't write the folder" in text

    def test_forms_of_the_desk_are_done_and_say_what_could_not_be_told(self):
        article, image = make_article(), make_image()
        self.client.force_login(User.objects.create_superuser("root"))
        articles = reverse("admin:articles_article_changelist")
        picture = reverse("admin:articles_image_change", args=[image.pk])
        said = {"title": "Lake", "alt": "A lake", "credit": "Our own", "focal_x": "50", "focal_y": "50"}
        file = SimpleUploadedFile("new.jpg", picture_file(size=(900, 600)).read())
        posts = (
            (articles, {"action": "publish_selected", "_selected_action": [article.pk], "confirmed": "1"}),
            (picture, said | {"new_file": file, "seen": image.key} | loaded(self.client, picture)),
        )
        for address, data in posts:
            with (
                self.subTest(address),
                self.paper() as paper,
                self.befallen(paper, "full_for_folders"),
                self.assertLogs("newsroom", "ERROR"),
            ):
                page = self.client.post(address, data, follow=True)
                assert page.status_code == 200
                self.assertContains(page, "It is done and saved.")
        assert article.editions.live().exists()
        assert Image.objects.get(pk=image.pk).key != image.key

    def test_picture_that_can_not_be_stored_is_told_of_beside_its_field_and_no_word_is_lost(self):
        image = make_image()
        self.client.force_login(User.objects.create_superuser("root"))
        change = reverse("admin:articles_image_change", args=[image.pk])
        said = {"title": "Lake", "alt": "Words that were typed", "credit": "Our own", "focal_x": "50", "focal_y": "50"}
        for address, field in ((change, "new_file"), (reverse("admin:articles_image_add"), "file")):
            for place in (
                "django.core.files.storage.FileSystemStorage._save",
                "articles.pictures.renditions.write_safe_copy",
            ):
                file = SimpleUploadedFile("new.jpg", picture_file(size=(900, 600)).read())
                data = said | {field: file, "seen": image.key} | loaded(self.client, address)
                with (
                    self.subTest(field, place=place),
                    mock.patch(place, no_space),
                    self.assertLogs("articles", "ERROR"),
                ):
                    page = self.client.post(address, data)
                    self.assertContains(page, "The server can&#x27;t store pictures just now")
                    self.assertContains(page, "Words that were typed")
        assert Image.objects.get().key == image.key

    def test_other_machines_hear_of_it_all_the_same(self):
        with (
            override_settings(REDIS_URL="redis://somewhere"),
            mock.patch.object(generation.redis_client, "client_of_paper") as redis,
            mock.patch.object(generation, "_locked", no_space),
            mock.patch.object(generation, "_take_away"),
            self.assertRaises(OSError),
        ):
            generation.change()
        self.addCleanup(generation._lapsed.clear)
        redis.return_value.set.assert_called_once()

    def test_nginx_asks_again_soon_as_nobody_may_be_able_to_end_the_name(self):
        page = mock.Mock(until=timezone.now().timestamp() + 3600)
        left = int(control.until(page, is_old=False).removeprefix("@")) - timezone.now().timestamp()
        assert 0 < left <= control.LONGEST_NGINX


class HealingTests(SimpleTestCase):
    """What root left is put aside where the folder above is the paper's own."""

    def setUp(self):
        self.paper = Paper()
        self.addCleanup(self.paper.remove)
        settings_of_it = override_settings(GENERATION_DIR=self.paper.folder)
        settings_of_it.enable()
        self.addCleanup(settings_of_it.disable)
        self.addCleanup(generation._lapsed.clear)

    @skipUnless(IS_ROOT, "Only root makes what belongs to others.")
    def test_a_folder_of_roots_is_replaced(self):
        before = generation.current()
        os.chown(self.paper.var, NOBODY, NOBODY)
        with self.assertLogs("newsroom.serving.generation", "WARNING"), unprivileged():
            assert generation.change() == generation.current() != before
        assert self.paper.folder.stat().st_uid == NOBODY

    @skipUnless(IS_ROOT, "Only root makes what belongs to others.")
    def test_what_root_makes_is_the_papers(self):
        os.chown(self.paper.var, NOBODY, NOBODY)
        generation.change()
        for path in (self.paper.folder, *self.paper.folder.iterdir()):
            assert path.lstat().st_uid == NOBODY, path
        with unprivileged():
            generation.change()

    def test_a_file_in_its_place_is_put_aside(self):
        self.paper.folder.write_text("not a folder")
        with self.assertLogs("newsroom.serving.generation", "WARNING"):
            assert generation.current()

    @skipUnless(IS_ROOT, "Needs another user.")
    def test_another_process_of_another_user_keeps_nothing(self):
        generation.change()
        code = (
            "import os; from django.conf import settings; from pathlib import Path\n"
            "from newsroom.serving import generation\n"
            f"settings.configure(GENERATION_DIR=Path({str(self.paper.folder)!r}), REDIS_URL='')\n"
            f"os.setuid({NOBODY}); print(repr(generation.current()))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=settings.BASE_DIR)
        assert done.stdout == "''\n", done.stderr


class FoldersTests(TransactionTestCase):
    def test_what_cannot_be_written_is_named(self):
        assert folders.unwritable() == []
        assert self.client.get("/readyz").content == b"ok\n"
        paper = Paper()
        self.addCleanup(paper.remove)
        paper.folder.write_text("not a folder")
        with override_settings(GENERATION_DIR=paper.folder):
            answer = self.client.get("/readyz")
            found = run_checks(include_deployment_checks=True)
        assert (answer.status_code, answer.content) == (200, b"ok, can't write the generation\n")
        assert any(one.id == "newsroom.W001" and str(paper.folder) in one.msg for one in found)

    def test_a_full_disk_is_named(self):
        room = mock.Mock(f_bavail=1, f_files=0, f_favail=0)  # a file system that counts no names
        with mock.patch.object(folders.os, "statvfs", return_value=room):
            assert folders.unwritable() == []
        for left in ({"f_bavail": 0, "f_files": 9, "f_favail": 9}, {"f_bavail": 9, "f_files": 9, "f_favail": 0}):
            with mock.patch.object(folders.os, "statvfs", return_value=mock.Mock(**left)):
                assert {name for name, _path in folders.unwritable()} == {*folders.written_folders()}
                assert b"can't write the generation" in self.client.get("/readyz").content

    @skipUnless(IS_ROOT, "Only root makes what belongs to others.")
    def test_root_is_told_what_the_server_could_not_write(self):
        with mock.patch.object(
            folders, "written_folders", return_value={"pictures": settings.VAR_DIR / "others" / "new"}
        ):
            (settings.VAR_DIR / "others").mkdir()
            self.addCleanup((settings.VAR_DIR / "others").rmdir)
            assert folders.unwritable() == []
            os.chown(settings.VAR_DIR / "others", NOBODY, NOBODY)
            assert folders.unwritable() == [("pictures", settings.VAR_DIR / "others")]


class AfterCommitTests(TransactionTestCase):
    """What waits for a commit can fail: the step is done all the same, and what else waited is done, too."""

    def test_nothing_that_waits_can_turn_what_is_committed_into_a_failure(self):
        apps = ("articles", "ground", "newsroom", "tickers")
        paths = [path for app in apps for path in Path(settings.BASE_DIR, app).rglob("*.py")]
        found = {}
        for path in sorted(path for path in paths if "tests" not in path.parts):
            if faults := self.faults(path.read_text()):
                found[str(path)] = faults
        assert found == {}

    def test_whatever_else_waits_is_found_by_whichever_name(self):
        start = "from django.db import transaction\ndef do(): ...\n"
        for good in ("transaction.on_commit(do, robust=True)", "transaction.on_commit(lambda: 1, robust=True)"):
            assert self.faults(start + good) == []
        for wrong in (
            "transaction.on_commit(do)",
            "transaction.on_commit(do, robust=False)",
            "transaction.on_commit(do, None, True)",
            "transaction.on_commit(func=do, robust=True)",
            "transaction.on_commit(partial(do), robust=True)",
            "transaction.on_commit(task.enqueue, robust=True)",
            "work = partial(do)\ntransaction.on_commit(work, robust=True)",
            "do = partial(do)\ntransaction.on_commit(do, robust=True)",
            "def wait(work): transaction.on_commit(work, robust=True)",
            "transaction.on_commit(*hooks, robust=True)",
            "transaction.on_commit(do, **how)",
            "later = transaction.on_commit",
            "later(transaction.on_commit, do)",
            "from django.db.transaction import on_commit",
            "from django.db.transaction import on_commit as later",
            "getattr(transaction, 'on_commit')(do)",
        ):
            with self.subTest(wrong):
                assert self.faults(start + wrong)

    def faults(self, source):
        """The lines of a module where something waits for the commit that could spoil what else waits.

        What waits must be a function written there or a lambda: Django logs the failure of one by its name, which
        a partial has not; and on_commit goes by no other name, so that each call is found.
        """
        nodes = list(ast.walk(ast.parse(source)))
        functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        functions -= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        calls = [node for node in nodes if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "on_commit"]
        wrong = [call for call in calls if not self.is_safe(call, functions)]
        called = [call.func for call in calls]
        wrong += [node for node in nodes if self.names_it(node) and node not in called]
        return sorted({node.lineno for node in wrong})

    def is_safe(self, call, functions):
        [work, *others] = call.args or [None]
        told = {word.arg: getattr(word.value, "value", None) for word in call.keywords}
        is_function = isinstance(work, ast.Lambda) or (isinstance(work, ast.Name) and work.id in functions)
        return is_function and not others and told == {"robust": True}

    def names_it(self, node):
        names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
        told = [getattr(node, "attr", ""), getattr(node, "id", ""), getattr(node, "value", ""), *names]
        return "on_commit" in [text for text in told if isinstance(text, str)]

    def test_a_queue_that_takes_nothing_leaves_the_step_done(self):
        article, chief, ran = make_article(), make_chief(), []
        broken = mock.patch.object(ImmediateBackend, "enqueue", side_effect=OSError("gone"))
        with broken, self.assertLogs("django.db"), transaction.atomic():
            workflow.publish(article, by=chief)
            transaction.on_commit(lambda: ran.append(1))
        assert article.editions.live().exists()
        assert ran == [1]

    def test_a_doubt_whose_mail_the_queue_does_not_take_is_kept(self):
        rate, ran = make_rate(make_pair()), []
        quote = Quote("KGS", "USD", timezone.localdate(), Decimal("0.01"), 1, "nbkr")
        broken = mock.patch.object(ImmediateBackend, "enqueue", side_effect=OSError("gone"))
        with broken, self.assertLogs("django.db"), transaction.atomic():
            decisions.doubt([rate], quote, quote.value)
            transaction.on_commit(lambda: ran.append(1))
        assert list(Rate.objects.doubted()) == [rate]
        assert ran == [1]

    @override_settings(REPLICAS=["replica"])
    def test_a_database_that_goes_away_right_after_the_commit_leaves_nothing_old(self):
        section, before = make_section(), generation.current()
        away = mock.MagicMock()
        away.__getitem__.side_effect = OperationalError("gone")
        with (
            mock.patch.object(changes, "connections", away),
            mock.patch.object(changes, "_tell_later") as later,
            self.assertLogs("newsroom.serving.changes", "ERROR"),
        ):
            section.save()
        later.assert_not_called()
        assert generation.current() != before
        assert generation.position_of(generation.current()) == ""  # so that the primary is asked
