"""What became of the stock: what was used, thrown away, or is never asked for."""
