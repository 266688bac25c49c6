"""The equations of a printer: pure functions of a model, its physical parameters, and random numbers handed in."""
