"""What goes well with what is on the check, and what this guest usually has: learned from the bar's own orders."""
