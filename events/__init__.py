"""Facts and where they are kept: event types, codec, the EventLog port, its stores, and folds over them."""
