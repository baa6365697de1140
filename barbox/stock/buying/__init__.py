"""What is bought: suppliers, what to order and why, orders, and what came in."""
