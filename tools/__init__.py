"""What is run around the program: building, never running."""
