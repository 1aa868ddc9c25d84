"""What a formula or an expression is worth: TeX, evaluation, printed precision, the expression language. Imports `run`."""
