"""Orders: placing, changing, sending, moving and voiding what a party owes."""
