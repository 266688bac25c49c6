"""How roles reach each other: one small port, in one process or on Ray."""
