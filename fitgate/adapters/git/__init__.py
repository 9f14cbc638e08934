"""A local clone's history as a Forge: read through a repository of ours, nothing ever fetched."""
