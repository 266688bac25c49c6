"""Claude through the anthropic SDK: one call at a time, or many together as a Message Batch."""
