"""``python -m oversmith``: the command line."""

from __future__ import annotations

from oversmith.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
