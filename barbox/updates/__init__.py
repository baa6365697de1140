"""Updates: a signed bundle becomes a release beside the running one, is tried, and stays or is taken back."""
