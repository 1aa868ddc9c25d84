"""Galley, the press: it checks the numbers, equations and figures of a book against code, and sets its pages."""
