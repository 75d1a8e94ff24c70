"""What must hold in the data, and who breaks it."""
