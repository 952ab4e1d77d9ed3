"""The command line: parsing, composition, the error boundary."""
