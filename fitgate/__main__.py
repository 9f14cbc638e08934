"""`python -m fitgate`."""

from fitgate.entrypoints.cli import main

main()
