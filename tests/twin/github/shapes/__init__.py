"""State in GitHub's published shapes; what the twin does not model is completed by the contract."""
