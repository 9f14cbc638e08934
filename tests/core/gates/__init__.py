"""Tests of the gates, one file a gate type."""
