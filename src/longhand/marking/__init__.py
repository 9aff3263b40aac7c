"""Marking: somebody's worked solution held against the derivation, line by line."""
