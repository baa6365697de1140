"""What is the owner's, to take along: everything in one zip, and the totals an accountant asks for."""
