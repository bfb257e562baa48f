"""One browser for all pages that are looked at."""

from support.browser import page

__all__ = ["page"]
