"""What is drawn from templates: pages of HTML and the picture of a policy."""
