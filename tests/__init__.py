"""Tests of gryt; a package so that `python -m tests.demo` and `from tests.support…` work."""
