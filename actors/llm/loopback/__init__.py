"""A provider of one's own on this machine: the wire formats of Anthropic and OpenAI over any model behind the port."""
