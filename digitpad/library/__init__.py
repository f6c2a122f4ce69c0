"""What is kept: documents, drawing files, recent drawings, bundled resources, test digits."""
