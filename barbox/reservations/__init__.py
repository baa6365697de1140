"""Bookings: who comes when, how many, at which tables; walk-ins and the waiting list."""
