"""The tests; README.md says how to run them and what lives where."""
