"""gryt: release contracts, their proofs and the audit trail of both, kept in git itself."""

__version__ = "0.1.0"
