"""The running world: simulators, models, roles, and the runtime that connects them."""
