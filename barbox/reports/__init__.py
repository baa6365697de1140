"""Reports: what was sold, when, by whom, and the orders behind each figure."""
