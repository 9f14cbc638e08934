"""The estimators, one by one."""
