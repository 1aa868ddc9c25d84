"""Labs: notebooks beside the pages, run by nbclient and set by mkdocs-jupyter; only the doors import this."""
