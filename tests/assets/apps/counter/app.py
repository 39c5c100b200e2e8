from flask import Flask, jsonify

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(words=0)


@app.get("/squares")
def squares():
    return jsonify(sum(n * n for n in range(20_000)))
