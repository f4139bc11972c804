"""Shows that scripts/count adds up what the runners print, and never takes silence for success."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "count"
HASH = "-0123456789abcdef)"
CARGO = f"""   Compiling ampere-credits v0.1.0
     Running unittests src/lib.rs (target/debug/deps/ampere_credits{HASH}
test result: ok. 7 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s
     Running tests/scenarios.rs (target/debug/deps/scenarios{HASH}
test result: ok. 40 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s
     Running tests/app/main.rs (target/debug/deps/app{HASH}
test simulation::months ... ok
test spend::twice ... ok
test spend::later ... ignored
test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s
     Running tests/http/main.rs (target/debug/deps/http{HASH}
test result: FAILED. 8 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 3s
   Doc-tests ampere_app
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s
"""


class Count(unittest.TestCase):
    def count(self, status, logs):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in logs.items():
                (pathlib.Path(folder) / f"{name}.log").write_text(text, encoding="utf-8")
            command = [sys.executable, str(SCRIPT), str(status), folder]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.splitlines()

    def test_kinds_come_from_the_homes_of_tests(self):
        code, lines = self.count(1, {"5-rust": CARGO})
        rows = {line[:18].strip(): line[18:].split() for line in lines if line}
        self.assertEqual(rows["units"], ["7", "0", "1"])
        self.assertEqual(rows["scenario tables"], ["40", "0", "0"])
        self.assertEqual(rows["simulation"], ["1", "0", "0"])
        self.assertEqual(rows["integration"], ["1", "0", "1"])
        self.assertEqual(rows["HTTP"], ["8", "2", "0"])
        self.assertEqual(rows["documentation"], ["1", "0", "0"])
        self.assertEqual((code, lines[-1]), (1, "58 passed, 2 failed"))

    def test_runners_that_end_with_a_plain_line_are_read_through_colours(self):
        green = {"7-web": "ok\n\x1b[32m12 passed, 0 failed\x1b[0m\n"}
        self.assertEqual(self.count(0, green)[0], 0)
        both = green | {"9-browser": "3 passed, 0 failed\n"}
        code, lines = self.count(0, both)
        self.assertEqual((code, lines[-1]), (0, "15 passed, 0 failed"))

    def test_a_log_without_a_count_is_a_failure(self):
        code, lines = self.count(0, {"7-web": "nothing to see\n"})
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed"))

    def test_a_step_that_stopped_before_any_test_is_a_failure(self):
        code, lines = self.count(2, {})
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed"))
