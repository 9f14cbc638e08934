"""What each way to keep deliveries and tasks promises besides the contract."""
