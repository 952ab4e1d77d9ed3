"""The ledger: records under refs/gryt, how they are encoded, appended, united and indexed."""
