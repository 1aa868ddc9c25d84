"""The files that the press adds to a site, and the figures' sources as the page shows them."""

from pathlib import Path

from galley.figure import palette as roles
from galley.page.pieces import images
from galley.project import Project
from galley.site import api, fonts, mathml, report
from galley.site.edition import Edition

_ASSETS = Path(__file__).parent / "static"


def files(project: Project, edition: Edition) -> dict[str, str | bytes | Path]:
    """Return the press's files by their path in the site: their content, or the file to copy."""
    woff2, faces = fonts.made(edition.formulas.values(), list(edition.figures.values()), project.root, project.cache)
    sheets = [faces, roles.stylesheet(), mathml.stylesheet(project.root)]
    found: dict[str, str | bytes | Path] = {
        **woff2,
        **report.pages(project, edition),
        **api.pages(project, edition),
        report.DATA: report.dump(project, edition),
    }
    for asset in sorted(_ASSETS.iterdir()):
        name = f"assets/galley/{asset.name}"
        found[name] = "".join([*sheets, asset.read_text(encoding="utf-8")]) if asset.suffix == ".css" else asset
    cut = {name.rpartition("/")[2]: content for name, content in woff2.items()}
    for checks in edition.pages.values():
        for image in images(checks.page):
            if image.figure in edition.figures and image.figure:
                drawing = edition.figures[image.figure]
                stem = f"figures/{image.figure[0]}/{image.figure[1]}"
                found[f"{stem}.svg"] = drawing.standalone(
                    checks.page.section(image.start).title or image.figure[1], image.alt, cut
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
