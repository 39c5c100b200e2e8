"""What the app does, apart from HTTP."""
