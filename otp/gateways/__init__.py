"""SMS vendors over HTTP, one a file."""
