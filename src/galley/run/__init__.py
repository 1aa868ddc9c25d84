"""How code of the book is run: loading, workers with limits, the cache and its keys. Imports `findings` alone."""
