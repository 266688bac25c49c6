"""A person behind the Model port: the same request as any model gets, and a reply that is typed."""
