"""What the doctor looks at of what the paper stands on: Redis, the places of pictures, mail, the worker."""

from collections.abc import Iterator
from datetime import timedelta
from secrets import token_hex

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.mail import get_connection
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from articles.desk.people import factor_secrets
from articles.models import Image, WorkerBeat
from newsroom.background import heartbeat
from newsroom.operating.doctor.diagnosis import Diagnosis
from newsroom.serving import redis_client

LONGEST_WAIT = timedelta(minutes=5)  # of a task that nobody takes up


def examine_redis() -> Iterator[Diagnosis]:
    """Find a Redis that is away, has no limit, or refuses writes when it is full."""
    if not settings.REDIS_URL:
        yield Diagnosis(note="not used; one machine needs none.")
        return
    try:
        about = redis_client.client_of_paper().info("memory")
    except Exception as error:  # whatever the driver raises
        yield Diagnosis(
            fault=f"it does not answer ({error}); pages are kept for a second at most.",
            remedy="Start it (systemctl status redis-server), or correct NEWSROOM_REDIS_URL.",
        )
        return
    if not about.get("maxmemory"):
        yield Diagnosis(fault="it has no limit.", remedy="redis-cli config set maxmemory 512mb; and in redis.conf")
    elif about.get("maxmemory_policy") == "noeviction":
        yield Diagnosis(
            fault="it takes nothing more when it is full.",
            remedy="redis-cli config set maxmemory-policy allkeys-lru; and in redis.conf",
        )
    else:
        yield Diagnosis(note=f"answers, and holds {about['used_memory_human']} at present.")


def examine_pictures() -> Iterator[Diagnosis]:
    """Find a place of pictures where nothing can be written and read again, or where the newest picture is missing."""
    sound = True
    for name in ("default", "uploads"):
        storage, content = storages[name], token_hex(8).encode()
        try:
            path = storage.save(f"doctor-{token_hex(8)}.txt", ContentFile(content))
            try:
                with storage.open(path) as file:
                    if file.read() != content:
                        raise OSError("it reads otherwise than it was written")
            finally:
                storage.delete(path)
        except Exception as error:  # whatever the storage raises
            sound = False
            yield Diagnosis(
                fault=f"the storage “{name}” fails: {error}.",
                remedy="Look at the folder's owner and its disk; or at the bucket and its key in NEWSROOM_S3_URL.",
            )
    newest = Image.objects.order_by("-pk").first()
    if sound and newest and not newest.file.storage.exists(str(newest.file.name)):
        sound = False
        yield Diagnosis(
            fault=f"the file of the newest picture, {newest.file.name}, is missing.",
            remedy="Restore the uploads from a backup, or correct NEWSROOM_UPLOADS_DIR.",
        )
    if sound:
        yield Diagnosis(note="written, read and deleted again in both places.")


def examine_mail() -> Iterator[Diagnosis]:
    """Find a mail server that is not named, or does not take our login."""
    if not settings.EMAIL_HOST:
        yield Diagnosis(
            fault="no server is named, so invitations and new passwords reach nobody.",
            remedy="Set NEWSROOM_EMAIL_HOST.",
        )
        return
    try:
        connection = get_connection(fail_silently=False)
        connection.open()
        connection.close()
    except Exception as error:  # whatever the server says
        yield Diagnosis(
            fault=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not take mails ({error}).",
            remedy="Look at NEWSROOM_EMAIL_HOST, _PORT, _TLS, _USER and _PASSWORD; and whether a firewall lets it out.",
        )
    else:
        login = "takes our login" if settings.EMAIL_HOST_USER else "is asked without a login"
        yield Diagnosis(note=f"{settings.EMAIL_HOST} answers and {login}.")


def examine_factors() -> Iterator[Diagnosis]:
    """Find second factors that only a former secret key reads."""
    if former := len(factor_secrets.needing_former_key()):
        yield Diagnosis(
            fault=f"{former} can't be read by NEWSROOM_SECRET_KEY alone.",
            remedy="newsroom renew_secrets; it says when NEWSROOM_SECRET_KEY_FALLBACKS can be taken away.",
        )
    else:
        yield Diagnosis(note="none needs a former key.")


def examine_worker() -> Iterator[Diagnosis]:
    """Find that no worker has been heard of, tasks that nobody takes up, and those that failed."""
    now = timezone.now()
    faults = []
    if not heartbeat.living(now).exists():
        last = WorkerBeat.objects.order_by("-seen_at").first()
        heard = f"has been heard of since {last.seen_at:%Y-%m-%d %H:%M} (UTC), from {last.host}" if last else "runs"
        faults.append(
            Diagnosis(
                fault=f"no worker {heard}: no mail is sent, no rate fetched, nothing announced.",
                remedy="systemctl start newsroom-worker; why it ended: journalctl --unit=newsroom-worker --since=-1d",
            )
        )
    if late := DBTaskResult.objects.ready().filter(enqueued_at__lt=now - LONGEST_WAIT).count():
        faults.append(
            Diagnosis(
                fault=f"{late} tasks have waited for more than {LONGEST_WAIT.seconds // 60} minutes.",
                remedy="systemctl restart newsroom-worker; why: journalctl --unit=newsroom-worker --since=-1h",
            )
        )
    if failures := DBTaskResult.objects.filter(status=TaskResultStatus.FAILED).count():
        faults.append(Diagnosis(fault=f"{failures} tasks failed.", remedy="The desk's first page says which, and why."))
    yield from faults or [Diagnosis(note="it is alive, no task waits, none failed.")]
