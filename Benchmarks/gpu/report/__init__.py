"""A session's report in Markdown."""
