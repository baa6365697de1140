"""People, their PINs and roles; the devices they use; who may do what."""
