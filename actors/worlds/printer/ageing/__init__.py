"""How printers age: chance, use, wear and failures, for one printer and for a hundred thousand alike."""
