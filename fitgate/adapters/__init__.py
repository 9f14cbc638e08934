"""The world as the corridor sees it: one folder or file a system."""
