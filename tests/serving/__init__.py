"""What becomes of deliveries, seen on the twin."""
