"""What must hold: bindings, relations, equations, links, the rooms of the book, and what is recorded. Imports all folders below."""
