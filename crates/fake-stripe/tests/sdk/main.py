"""The official `stripe` library drives the fake: a third party's view of the wire.

Ends with `N passed, N failed`. Read next: the files beside this one, scripts/stripe-sdk.
Usage: main.py PATH_OF_FAKE_STRIPE
"""

import pathlib
import sys
import unittest

here = pathlib.Path(__file__).parent
ran = unittest.TextTestRunner(verbosity=2).run(
    unittest.defaultTestLoader.discover(str(here), pattern="*_test.py")
)
failed = len(ran.failures) + len(ran.errors)
print(f"{ran.testsRun - failed - len(ran.skipped)} passed, {failed} failed", flush=True)
sys.exit(1 if failed or not ran.testsRun else 0)
