"""What people ask for in comments: grammar, rights, and what comes of it."""
