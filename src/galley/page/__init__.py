"""What stands on a page: formulas, bindings, figures, links and numerals, each with its place in the author's file.

`scanner` reads a page once; `blocks` finds its quotations and code, `headings` its sections, `numerals` its numbers; `refused` names
what a reader would see otherwise than it is read. Imports `findings` alone.
"""
