"""What people see on a terminal: progress, summaries, episodes step by step, skills."""
