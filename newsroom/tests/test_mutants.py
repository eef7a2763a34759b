from django.test import TestCase


class MutantTests(TestCase):
    def test_x(self):
        pass
