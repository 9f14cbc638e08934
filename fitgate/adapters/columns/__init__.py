"""The landings of a ledger in columns, for figures over millions of them."""
