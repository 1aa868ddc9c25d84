"""Make a finished site open from the file system, and pack it: `python -m finish.offline SITE ZIP`.

A browser refuses there to fetch, and to run modules. So what scripts fetch becomes scripts, modules become classic scripts, and the
search, which knows the case, gets its index as one and runs in a frame.
"""

import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE = re.compile(r'<script([^>]*) type="module"([^>]*)>')
WORKER = ROOT / "node_modules" / "iframe-worker"


def convert(site: Path) -> None:
    """Make a site without folders for pages open from the file system.

    Raises:
        RuntimeError: if a module needs another one, which no classic script can.
    """
    for path in site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        base = "../" * (len(path.relative_to(site).parts) - 1)
        html = MODULE.sub(r"<script\1\2 defer>", html)
        html = html.replace("</head>", f'<script src="{base}assets/offline.js"></script></head>', 1)
        path.write_text(html, encoding="utf-8")
    for path in site.rglob("*.mjs"):
        code = path.read_text(encoding="utf-8")
        if re.search(r"^\s*(?:import|export)\b", code, re.MULTILINE):
            raise RuntimeError(f"{path} imports or exports; put all of it into one file")
        path.write_text(f'(() => {{ "use strict"\n{code}}})()\n', encoding="utf-8")
    for path in site.glob("figures/**/*.json"):  # what a script fetches
        text = json.dumps(path.read_text(encoding="utf-8"))
        path.with_name(f"{path.name}.js").write_text(f"offline({text})\n", encoding="utf-8")
    shim = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    worker, licence = ((WORKER / name).read_text(encoding="utf-8") for name in ("shim/index.js", "LICENSE"))
    (site / "assets" / "offline.js").write_text(f"/*\n{licence}*/\n{worker}\n{shim}", encoding="utf-8")
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    (site / "search" / "search_index.js").write_text(f"var __index = {index}\n", encoding="utf-8")


def main(site: Path, target: Path) -> None:
    """Convert a site and pack it, its folder included."""
    convert(site)
    print(shutil.make_archive(str(target.with_suffix("")), "zip", site.parent, site.name))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
