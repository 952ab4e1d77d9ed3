"""Text and JSON from values. No I/O."""
