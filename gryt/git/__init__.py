"""Git as gryt uses it: objects, refs, config, identity. Knows no word of releases."""
