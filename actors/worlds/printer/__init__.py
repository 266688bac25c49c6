"""The printer world: simulated 3D printers whose faults act on physical parameters, and the trade of repairing them."""
