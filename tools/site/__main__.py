"""Write the site: make site

Each notebook is run (see `recordings.py`), and its films are made from that. The site needs no server and no other host:
build/site/index.html opens in a browser as it is.
"""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "notebooks")]

from tools.site.build import build  # noqa: E402


def main() -> None:
    """Write it to build/site, and say what there is."""
    began = time.monotonic()
    folder = build(ROOT / "build" / "site").folder
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(
        f"{folder / 'index.html'}: {size / 1e6:.1f} MB, in {time.monotonic() - began:.0f} s. Open it: it needs no server."
    )


if __name__ == "__main__":
    main()
