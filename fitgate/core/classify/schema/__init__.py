"""Database migrations of every framework, read into one list of operations."""
