from flask import Flask

app = Flask(__name__, static_folder=None)


@app.get("/dishes/<int:dish>/photo/<name>")
def photo(dish, name):
    return name


@app.post("/dishes")
def add():
    return ""
