"""A simulated printer on the wire: Marlin's serial protocol as a core without I/O, and thin shells around it."""
