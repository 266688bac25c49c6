"""G-code as a printer takes it: one command, the moves that follow from many, and what they leave on the plate."""
