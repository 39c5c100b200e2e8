"""A forge's API in this process: comments of one pull request, notes of one merge request."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"


class Api(ThreadingHTTPServer):
    """Comments of one pull request and notes of one merge request, thirty a page."""

    daemon_threads = True

    def __init__(self):
        self.comments = {}
        self.asked = []
        self.answers = []  # statuses that come first, whatever is asked
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def add(self, body, author=BOT):
        number = len(self.comments) + 1
        self.comments[number] = {"id": number, "body": body, "user": {"login": author}}
        self.comments[number]["author"] = {"id": 7 if author == BOT else 8}
        return number

    def bodies(self):
        return [one["body"] for one in self.comments.values()]

    def written(self):
        return [one for one in self.asked if not one.startswith("GET")]


class _Handler(BaseHTTPRequestHandler):
    def _answer(self, status, told=None, **headers):
        data = b"" if told is None else json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _serve(self):
        api, url = self.server, urlsplit(self.path)
        api.asked.append(f"{self.command} {url.path}")
        length = int(self.headers.get("Content-Length") or 0)
        told = json.loads(self.rfile.read(length)) if length else {}
        if api.answers:
            self._answer(api.answers.pop(0), Location=f"{api.url}/elsewhere")
        elif "a-token" not in self.headers.get("Authorization", self.headers["Private-Token"]):
            self._answer(401)
        elif url.path == "/user":
            self._answer(200, {"id": 7})
        elif self.command == "GET":
            page = int(parse_qs(url.query)["page"][0])
            shown = [*api.comments.values()][30 * (page - 1) : 30 * page]
            more = {"Link": f'<{api.url}/x>; rel="next"'} if 30 * page < len(api.comments) else {}
            self._answer(200, shown, **more)
        elif self.command == "POST":
            api.add(told["body"])
            self._answer(201, {})
        elif self.command == "DELETE":
            del api.comments[int(url.path.rsplit("/", 1)[1])]
            self._answer(204)
        else:
            api.comments[int(url.path.rsplit("/", 1)[1])]["body"] = told["body"]
            self._answer(200, {})

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

    def log_message(self, *_):
        pass
