"""Excel workbooks: analytical ones and plain records."""
