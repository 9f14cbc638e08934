"""Ledgers in SQL: what only they do."""
