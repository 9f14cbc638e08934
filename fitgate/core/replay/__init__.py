"""A history decided again under another policy: what a slow gate would have done."""
