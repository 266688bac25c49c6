"""Books in other shapes: read in with a report of what was taken and what was not, and written out."""
