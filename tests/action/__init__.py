"""The GitHub Action, as a runner runs it against the twin."""
