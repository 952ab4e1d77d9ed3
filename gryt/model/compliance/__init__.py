"""What a ledger is evidence of: NIST controls and SSDF tasks, judged by rules over records.

`evidence.py` is what rules are given, `assessment.py` how answers become a status, `catalog_*.py`
what the publications call each control, and `rules_*.py` the rules themselves.
"""
