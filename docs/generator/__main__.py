"""`python -m generator`: write docs/reference anew."""

import sys

from generator.pages import REFERENCE, render_reference, stale_pages


def main() -> int:
    """Write every page, and remove those of roles, modules and commands that are gone."""
    for path in stale_pages():
        path.unlink()
    for name, text in render_reference().items():
        target = REFERENCE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
