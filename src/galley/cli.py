"""Checks a book against its code, and sets it."""

import argparse
import logging
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from galley.findings import Finding, Findings, report, shown
from galley.maths import expressions, values
from galley.maths.printed import show, typed
from galley.project import Project, load
from galley.run.workers import Failure, run

if TYPE_CHECKING:  # which loads MkDocs
    from galley.plugin import Galley


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, or 1 if anything was wrong."""
    named = argparse.ArgumentParser(
        add_help=False, argument_default=argparse.SUPPRESS
    )  # before the command or behind it
    named.add_argument("-f", "--config", type=Path, help="the configuration, if not mkdocs.yml here or above")
    parser = argparse.ArgumentParser(prog="galley", description=__doc__, parents=[named])
    commands = parser.add_subparsers(dest="command", required=True)
    add = partial(commands.add_parser, parents=[named])
    check = add("check", help="check all pages, or those named")
    check.add_argument("path", nargs="*", type=Path)
    accept = add("accept", help="note anew what moved on all pages, or on those named, after showing it")
    accept.add_argument("path", nargs="*", type=Path)
    value = add("value", help="print what an expression is worth, and how to type it")
    value.add_argument("expression")
    draw = add("draw", help="draw one figure to a file")
    draw.add_argument("figure", help="chapter.name")
    draw.add_argument("file", nargs="?", type=Path)
    assets = add("assets", help="write the press's files into a site that another engine has built")
    assets.add_argument("site", type=Path)
    audit = add("audit", help="hold a finished site against what the press accounted for")
    audit.add_argument("site", type=Path)
    site = add("site", help="check everything, then build the site, whole or not at all")
    site.add_argument("--into", type=Path, default=None)
    given = parser.parse_args(arguments)
    if given.command == "audit":  # which needs nothing but the site
        return _audit(given.site)
    try:
        project = load(Path.cwd(), getattr(given, "config", None))
        match given.command:
            case "check":
                return _check(project, given.path)
            case "accept":
                return _accept(project, given.path)
            case "value":
                return _value(project, given.expression)
            case "draw":
                return _draw(project, given.figure, given.file)
            case "assets":
                return _assets(project, given.site)
            case _:
                return _site(project, given.into or project.site)
    except Findings as found:
        return _fail(found.findings)
    except OSError as error:  # one line each, whatever stands in the way
        where = f"{shown(Path(error.filename))}: " if isinstance(error.filename, str) else ""
        print(f"{where}{error.strerror or error}", file=sys.stderr)
        return 1
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _fail(findings: Sequence[Finding]) -> int:
    print(report(findings), file=sys.stderr)
    return 1


def _pages(project: Project, paths: list[Path]) -> list[Path] | None:
    """Return the pages that are named, or None for all of them."""
    missing = [path for path in paths if path.resolve() not in {page.resolve() for page in project.pages()}]
    if missing:
        raise FileNotFoundError(f"{missing[0]} is no page of {project.docs}")
    return paths or None


def _check(project: Project, paths: list[Path]) -> int:
    from galley.build import check
    from galley.labs import labs
    from galley.site.report import KINDS, STATES

    edition = check(project, _pages(project, paths))
    if not paths:
        labs.check(project, edition)
    if edition.findings:
        return _fail(edition.findings)
    for checks in edition.pages.values():
        counts = ", ".join(f"{checks.counts[state]} {state}" for state in STATES)
        kinds = ", ".join(f"{sum(item.kind == kind for item in checks.items)} {words}" for kind, words in KINDS.items())
        print(f"{shown(checks.page.path)}: numerals {counts}; {kinds}")
        for item in checks.items if paths else ():
            if item.kind == "uncompared":
                line, column = checks.page.place(item.start)
                right = rf"declare each symbol, as in $x \in \mathbb{{R}}$ or $x = 2 w$, in the docstring of {item.expression}"
                print(f"{shown(checks.page.path)}:{line}:{column}: {item.expression}: {item.note}; {right}")
    return 0


def _accept(project: Project, paths: list[Path]) -> int:
    from galley.build import accept

    findings = accept(project, print, _pages(project, paths))
    return _fail(findings) if findings else 0


def _value(project: Project, expression: str) -> int:
    wrong = expressions.mistakes(expression, project.library)
    for mistake in wrong:
        print(f"<expression>:1:{mistake.offset + 1}: {mistake.wrong}; {mistake.right}", file=sys.stderr)
    if wrong:
        return 1
    value = run([(values.evaluate, (expression, project.package))], root=project.root)[0]
    if isinstance(value, Failure):
        print(
            f"<expression>:1:1: {type(value.error).__name__}: {value.error}; give it arguments that it takes",
            file=sys.stderr,
        )
        return 1
    print(show(value))
    if isinstance(value, float) and value:
        for digits in (1, 2, 3, 4):
            print(f"  {typed(value, digits)}<!-- = {expression} -->")
    elif not isinstance(value, str | bool):
        print(f"  {show(value)}<!-- = {expression} -->")
    else:
        print(f"  <!-- holds: {expression} == {value!r} -->")
    return 0


def _draw(project: Project, figure: str, file: Path | None) -> int:
    from galley.build import draw
    from galley.site import fonts

    chapter, _, name = figure.partition(".")
    drawing = draw(project, chapter, name)
    target = file or Path(f"{chapter}-{name}.svg")
    cut = fonts.drawn([drawing], project.cache)
    target.write_text(drawing.standalone(figure, figure, cut), encoding="utf-8")
    print(target)
    return 0


def _assets(project: Project, site: Path) -> int:
    from galley.build import check
    from galley.site import account
    from galley.site import assets as output

    if not site.is_dir():
        print(f"{site} is no folder; build the site first", file=sys.stderr)
        return 1
    edition = check(project)
    if edition.findings:
        return _fail(edition.findings)
    written = output.write(project, edition, site)
    account.leave(site, edition, output.files(project, edition), project.said.get("site_url") or "")
    print(f"{site}: {len(written)} files")
    return 0


def _audit(site: Path) -> int:
    from galley.check.audit import audit

    found = audit(site)
    if found.findings:
        return _fail(found.findings)
    print(f"{site}: {found.numerals} numerals on {found.pages} pages, all accounted for")
    return 0


def _site(project: Project, target: Path) -> int:
    """Build beside the target and put the whole in its place, so that a failure leaves the old site as it was."""
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort

    from galley.site.publish import publish

    logging.basicConfig(level=logging.WARNING, format="%(message)s")  # what MkDocs says as its own command

    def make(folder: Path) -> None:
        config = load_config(config_file=str(project.config), strict=True, site_dir=str(folder))
        config.plugins.on_startup(command="build", dirty=False)
        cast("Galley", config.plugins["galley"]).called = target
        try:
            build(config)
        except Abort as abort:
            raise RuntimeError(abort.format_message()) from None
        finally:
            config.plugins.on_shutdown()

    publish(target, make)
    print(target.resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
