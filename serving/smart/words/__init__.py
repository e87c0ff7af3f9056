"""What is said where a launch is refused, in French and English."""
