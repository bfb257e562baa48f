"""One browser for all pages that are looked at."""

from collections.abc import Iterator

import pytest

from support.browser import Page, browser


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """A tab of headless Chromium."""
    with browser() as tab:
        yield tab
