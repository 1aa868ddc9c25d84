"""The files that the press adds to a site, and the figures' sources as the page shows them."""

from pathlib import Path

from galley.figure import palette as roles
from galley.page.pieces import images
from galley.project import Project
from galley.site import api, katex, report
from galley.site.edition import Edition

_ASSETS = Path(__file__).parent / "static"


def files(project: Project, edition: Edition) -> dict[str, str | bytes | Path]:
    """Return the press's files by their path in the site: their content, or the file to copy."""
    found: dict[str, str | bytes | Path] = {
        "assets/galley/katex.min.css": katex.stylesheet(project.root),
        "assets/galley/roles.css": roles.stylesheet(),
        **report.pages(project, edition),
        **api.pages(project, edition),
        report.DATA: report.dump(project, edition),
    }
    for font in katex.fonts(project.root):
        found[f"assets/galley/fonts/{font.name}"] = font
    for asset in sorted(_ASSETS.iterdir()):
        found[f"assets/galley/{asset.name}"] = asset
    fonts = katex.fonts(project.root)[0].parent
    for checks in edition.pages.values():
        for image in images(checks.page):
            if image.figure in edition.figures and image.figure:
                drawing = edition.figures[image.figure]
                stem = f"figures/{image.figure[0]}/{image.figure[1]}"
                found[f"{stem}.svg"] = drawing.standalone(
                    checks.page.section(image.start).title or image.figure[1], image.alt, fonts
                )
                found[f"{stem}.csv"] = drawing.csv
                if drawing.frames:
                    found[f"{stem}.json"] = drawing.frames
    return found


def write(project: Project, edition: Edition, site: Path) -> list[Path]:
    """Write the press's files into a site that another engine has built, but for the pages, which are that engine's."""
    written = []
    for name, content in files(project, edition).items():
        target = site / name
        if target.suffix == ".md":
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        data = content.read_bytes() if isinstance(content, Path) else content
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        written.append(target)
    return written
