"""What one shift tells the next: the keg that is nearly empty, the guest who comes back for a scarf."""
