"""Readers of manifests and lock files: each turns one format into dependencies."""
