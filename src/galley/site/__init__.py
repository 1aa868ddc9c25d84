"""What the reader gets: formulas set, pages with their marks, the report, assets. Imports all folders below but the doors."""
