"""What comes from elsewhere and goes there, in the formats of others: drills, landings, entries."""
