"""What runs notebooks, when, and where the result goes."""
