"""What is done to a site that the press has set, before readers get it.

Each module works on the pages or the folder of a site and knows nothing of the press but what it leaves there: `licences`, `pace`,
`findable` and `policy` are hooks of MkDocs, `offline` and `pdf` commands, `browser` what prints; `theme/` holds what the book changes of the
theme's templates. The press's audit comes after the hooks, so none of them can carry a number past it.
"""
