"""The doctor: looks the box over, and says what to do in a sentence an owner understands."""
