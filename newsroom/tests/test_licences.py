"""The newsroom may be given to anybody, with all that it installs: each package has a licence that allows it."""

import re
from importlib.metadata import Distribution, distributions

from django.test import SimpleTestCase

# Part of a licence's name, as packages write it; all let code under another licence use the package unchanged.
ALLOWED = re.compile(
    r"MIT(-0|-CMU)?|(The )?MIT License|ISC.*|0BSD|BSD.*|Apache.*|PSF-2\.0|Python Software Foundation.*"
    r"|CNRI-Python|MPL-2\.0|Mozilla Public License 2\.0.*|LGPL-3\.0-only|Unlicense|Zlib"
)
READ_BY_HAND = {  # what says nothing of it that a program understands; looked up in the package, 2026-11-30
    "axe-playwright-python": "MIT",
    "django-zeal": "MIT",
    "pyrage": "MIT",
    "qrcode": "BSD",  # it also calls itself “other”, for the MIT licence of what it began from
}


def licences(package: Distribution) -> list[str]:
    """The names of a package's licences, whichever way it gives them; of alternatives the first."""
    metadata = package.metadata
    if expression := metadata.get("License-Expression") or READ_BY_HAND.get(metadata["Name"]):
        return [one.strip("() ").partition(" OR ")[0] for one in expression.split(" AND ")]
    classifiers = [one.split(" :: ") for one in metadata.get_all("Classifier") or [] if one.startswith("License :: ")]
    by_name = [parts[-1] for parts in classifiers if parts[-1] != "OSI Approved"]
    return by_name or (metadata.get("License") or "says nothing").splitlines()[:1]


class LicencesTests(SimpleTestCase):
    def test_each_installed_package_may_be_passed_on(self):
        for package in distributions():
            for licence in licences(package):
                with self.subTest(package.metadata["Name"]):
                    assert ALLOWED.fullmatch(licence), licence

    def test_list_of_what_was_read_by_hand_has_no_package_that_says_it_by_now(self):
        for package in distributions():
            name, says = package.metadata["Name"], package.metadata.get_all("Classifier") or []
            if name in READ_BY_HAND:
                assert not package.metadata.get("License-Expression"), name
                named = [one.rpartition(" :: ")[2] for one in says if one.startswith("License :: ")]
                assert not named or not all(map(ALLOWED.fullmatch, named)), name
