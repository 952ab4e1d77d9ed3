"""Values and decisions: what a generation is and when it may be promoted. No I/O, no clock."""
