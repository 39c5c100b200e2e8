"""Who asks: passwords, sessions, tokens, and how often."""
