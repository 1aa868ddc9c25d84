"""What stands on a page: formulas, bindings, figures, links and numerals, each with its place. Imports `findings` alone."""
