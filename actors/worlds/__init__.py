"""Worlds to practise in: pure, seeded, free of Ray; one folder a world."""
