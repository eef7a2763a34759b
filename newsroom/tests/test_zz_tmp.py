import pytest

@pytest.mark.browser
def test_x(page):
    pass
