"""Pictures and uploads in a bucket: any S3 API, tried against moto's server."""

from pathlib import Path
from unittest import mock

import boto3
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test import TestCase, override_settings
from moto.server import ThreadedMotoServer

from articles.models import Image
from articles.pictures import renditions
from newsroom import env
from newsroom.tests.test_pictures import make_picture


@pytest.mark.long
class BucketTests(TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)
        place = "{}:{}".format(*cls.server.get_host_and_port())
        cls.address = f"s3+http://key:secret@{place}/paper?region=eu-central-1"
        with mock.patch.dict("os.environ", {"NEWSROOM_S3_URL": cls.address}):
            bucket = env.bucket("S3_URL")
        cls.client_of_s3 = boto3.client(
            "s3",
            endpoint_url=bucket["endpoint_url"],
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            region_name="eu-central-1",
        )
        cls.client_of_s3.create_bucket(Bucket="paper", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        cls.storages = settings.STORAGES | {
            "default": {"BACKEND": "newsroom.serving.s3.Pictures", "OPTIONS": bucket | {"location": "media"}},
            "uploads": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": bucket | {"location": "uploads"}},
        }

    def copy_folders(self):
        """Copy media and uploads from their folders into the bucket, as docs/operators.md has rclone do it."""
        for place, folder in (("default", "media"), ("uploads", "uploads")):
            root = Path(storages[place].location)
            for path in (path for path in root.rglob("*") if path.is_file()):
                self.client_of_s3.upload_file(str(path), "paper", f"{folder}/{path.relative_to(root)}")

    def test_pictures_that_were_in_folders_are_at_the_same_addresses_from_the_bucket(self):
        file = Image._meta.get_field("file")
        image = make_picture()
        address = image.sources("wide").src
        picture = b"".join(self.client.get(address).streaming_content)
        with image.file.open("rb") as master:
            content = master.read()
        self.copy_folders()
        renditions.remove_renditions(image.key)
        assert self.client.get(address).status_code == 404
        with (
            override_settings(STORAGES=self.storages),
            mock.patch.object(file, "storage", storages.create_storage(self.storages["uploads"])),
        ):
            image = Image.objects.get(pk=image.pk)
            assert image.sources("wide").src == address
            assert b"".join(self.client.get(address).streaming_content) == picture
            with image.file.open("rb") as master:
                assert master.read() == content

    def keys(self):
        found = self.client_of_s3.list_objects_v2(Bucket="paper").get("Contents", [])
        return {one["Key"] for one in found}

    def test_a_picture_lives_in_the_bucket_and_is_shown_from_its_usual_address(self):
        file = Image._meta.get_field("file")
        with (
            override_settings(STORAGES=self.storages),
            mock.patch.object(file, "storage", storages.create_storage(self.storages["uploads"])),
        ):
            image = Image.objects.get(pk=make_picture().pk)
            assert image.made_cut == 1
            stored = self.keys()
            assert any(key.startswith("uploads/") for key in stored)
            assert any(key.startswith(f"media/{image.key[:2]}/{image.key}/1-wide") for key in stored)
            address = image.sources("wide").src
            assert address.startswith("/media/")
            response = self.client.get(address)
            assert response.status_code == 200
            assert response.headers["Content-Type"] == "image/jpeg"
            assert b"".join(response.streaming_content)[:2] == b"\xff\xd8"
            with image.file.open("rb") as master:
                assert master.read(2) == b"\xff\xd8"
            renditions.remove_renditions(image.key)
            assert self.client.get(address).status_code == 404
            assert not any(key.startswith("media/") for key in self.keys())
            assert storages["uploads"].exists(image.file.name)
