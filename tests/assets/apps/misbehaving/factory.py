def create_app():
    def application(environ, start_response):
        return []

    return application


banner = "not an app"
