"""Runs the tests of the scripts and ends with `N passed, N failed`.

Read next: the files beside this one. Usage: AMPERE_MODEL_PATH=weights.gguf main.py
"""

import pathlib
import sys
import unittest

here = pathlib.Path(__file__).parent
ran = unittest.TextTestRunner(verbosity=2).run(
    unittest.defaultTestLoader.discover(str(here), pattern="*_test.py")
)
failed = len(ran.failures) + len(ran.errors)
# A test that did not run has not passed.
print(f"{ran.testsRun - failed - len(ran.skipped)} passed, {failed} failed", flush=True)
sys.exit(1 if failed or not ran.testsRun else 0)
