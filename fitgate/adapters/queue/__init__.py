"""Where deliveries and tasks wait: in SQLite for one process, in PostgreSQL for many."""
