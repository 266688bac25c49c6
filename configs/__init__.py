"""Data files and the settings that validate them."""
