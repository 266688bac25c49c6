"""What was learned, as pure folds over the log."""
