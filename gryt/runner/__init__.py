"""Pipelines as child processes."""
