def load_settings():
    raise ValueError("no settings\nsecond line")


load_settings()
app = None
