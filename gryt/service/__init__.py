"""Use cases: one file per noun. They return values and print nothing."""
