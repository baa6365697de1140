"""What is on tap: kegs, how much each has given, and lines that are cleaned."""
