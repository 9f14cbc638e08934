"""The GitHub adapter, before literal payloads and before the twin."""
