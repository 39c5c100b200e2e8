import os

SECRET = os.environ["SHOP_SECRET_OF_NO_ONE"]


def app(environ, start_response):
    return []
