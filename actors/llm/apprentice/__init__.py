"""The offline apprentice: a model that knows no trade, reads its skills from the prompt, and costs nothing."""
