"""HTTPS on the bar's own network: the box's own certificate authority, and how tablets come to trust it."""
