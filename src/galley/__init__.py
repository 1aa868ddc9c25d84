"""Galley, the press: it proofs the numbers, equations and figures of a book against code, and sets its pages."""
