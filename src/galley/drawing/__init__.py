"""A figure function in; an SVG, its frames and a snapshot of what was drawn out. Imports `figure` and `run`."""
