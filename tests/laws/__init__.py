"""What must hold whatever the facts are."""
