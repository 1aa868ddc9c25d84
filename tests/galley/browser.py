"""The browser of the tests is the one that prints the book."""

from finish.browser import ROOT, executable, shipped, started

__all__ = ["ROOT", "executable", "shipped", "started"]
