"""The report of a run as one HTML file that opens from disk: no server, no script, nothing fetched."""
