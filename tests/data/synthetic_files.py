"""A local server with scripted answers, and synthetic files of every task and channel count."""

import dataclasses
import hashlib
import http.server
import io
import threading
from pathlib import Path

import numpy as np

SPLITS = {"train": 12, "val": 5, "test": 7}
HEIGHT = WIDTH = 28


@dataclasses.dataclass
class Answer:
    """One answer of the server; `length` lies about the body's length, to break it off."""

    body: bytes = b""
    status: int = 200
    length: int | None = None


class Server:
    """Serve scripted answers: the k-th request of a path gets its k-th answer, then the last."""

    def __init__(self):
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[str] = []
        self.headers: list[dict] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append(self.path)
                outer.headers.append(dict(self.headers))
                answers = outer.answers.get(self.path.lstrip("/"), [Answer(status=404)])
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(answer.status)
                length = len(answer.body) if answer.length is None else answer.length
                self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *args):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.http.server_port}/"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def arrays_of(task="binary", channels=1, num_cases=SPLITS, size=(HEIGHT, WIDTH)):
    """Return six arrays in the MedMNIST layout; each class occurs in each split."""
    rng = np.random.default_rng(0)
    arrays = {}
    for split, count in num_cases.items():
        shape = (count, *size) if channels == 1 else (count, *size, channels)
        arrays[f"{split}_images"] = rng.integers(0, 256, shape, np.uint8)
        if task == "multi-label":
            labels = rng.integers(0, 2, (count, 4))
            labels[0], labels[1] = 0, 1
        else:
            labels = np.arange(count).reshape(-1, 1) % (2 if task == "binary" else 5)
        arrays[f"{split}_labels"] = labels.astype(np.uint8)
    return arrays


def npz_bytes(arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def md5(content):
    return hashlib.md5(content).hexdigest()


def leftovers(folder):
    """Return the names of all files below `folder`."""
    return sorted(path.name for path in Path(folder).rglob("*") if path.is_file())
