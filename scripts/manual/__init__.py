"""Pages of the manual, made of what the programs' parsers say of themselves."""
