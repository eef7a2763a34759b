"""The folders that the running paper writes, and those that it can't: shown by ``check --deploy`` and /readyz."""

import os
from pathlib import Path

from django.conf import settings
from django.core.checks import Tags, Warning, register

from newsroom.serving import generation

UNWRITABLE = "newsroom.W001"
HINT = (
    "Give the folder and all in it to the user that serves the paper, as by chown -R; look for a full disk and for a "
    "file system mounted read-only. Run commands by “newsroom”, which becomes that user."
)


def written_folders() -> dict[str, Path]:
    """Return the folders by purpose; a missing one is created within its parent."""
    folders = {
        "NEWSROOM_VAR_DIR": settings.VAR_DIR,
        "the generation": settings.GENERATION_DIR,
        "kept pages": settings.VAR_DIR / "cache" / "pages",
    }
    for name, storage in (("pictures", "default"), ("uploads", "uploads")):
        if location := settings.STORAGES.get(storage, {}).get("OPTIONS", {}).get("location"):
            folders[name] = Path(location)
    if not settings.STORAGES["default"]["BACKEND"].endswith("S3Storage"):
        folders.setdefault("pictures", Path(settings.MEDIA_ROOT))
    return folders


def unwritable() -> list[tuple[str, Path]]:
    """Return purpose and path of each folder or file that this process can't write; root checks the owner instead."""
    return [(name, wrong) for name, folder in written_folders().items() if (wrong := _wrong_at(folder))]


def _wrong_at(folder: Path) -> Path | None:
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir() or not generation.can_write(folder) or _is_full(folder):
        return folder
    return folder if os.geteuid() == 0 and not _is_of_the_paper(folder) else None


def _is_full(folder: Path) -> bool:
    """Return whether the file system has no room, or no inodes, left for this process."""
    file_system = os.statvfs(folder)
    return not file_system.f_bavail or bool(file_system.f_files and not file_system.f_favail)


def _is_of_the_paper(folder: Path) -> bool:
    """Return whether the folder has the owner of NEWSROOM_VAR_DIR: root may write anywhere, the server may not."""
    if not folder.is_relative_to(settings.VAR_DIR):
        return True
    return folder.stat().st_uid == settings.VAR_DIR.stat().st_uid


@register(Tags.files, deploy=True)
def folders_can_be_written(app_configs, **kwargs):
    """Warn of folders that can't be written, as pages would lack their content later."""
    return [Warning(f"{wrong} can't be written ({name}).", hint=HINT, id=UNWRITABLE) for name, wrong in unwritable()]
