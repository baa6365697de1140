"""Stock: how many of each counted product are there; checked and taken in the order's own transaction."""
