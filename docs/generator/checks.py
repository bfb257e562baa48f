"""The page of `fedfleet check`'s checks, an entry a code."""

from itertools import groupby

from fedfleet.checks import CHECKS

_INTRODUCTION = """\
What `fedfleet check` looks at; how to use it: [check a site](../how-to/check.md). Each check has a code, which never changes.
A check whose thing a site does not have is skipped, and so is one of the cluster for who may see the site's namespace only. In that namespace,
missing rights are a warning: what was not seen is not good."""


def render_checks() -> str:
    """Return the page of all checks."""
    lines = ["# Checks", "", _INTRODUCTION, ""]
    for category, checks in groupby(CHECKS, key=lambda check: check.category):
        lines += [f"## {category.capitalize()}", ""]
        for check in checks:
            about = "" if len(check.kinds) > 1 else f" (of {'a party' if 'party' in check.kinds else 'an exchange'})"
            title = check.title[0].upper() + check.title[1:]
            lines += [f"### `{check.code}`", "", f"{title}{about}. {check.explained}", "", f"**What to do.** {check.hint}.", ""]
    return "\n".join(lines)
