"""Shows what scripts/need does on machines that lack something, with their programs as stand-ins.

A folder is the whole PATH: what is not put there is not on the machine.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "need"
TOOLS = ["env", "bash", "sed", "sort", "head", "grep", "dirname", "cat"]
PRESENT = {
    "rustc": "echo rustc 1.95.0",
    "cargo": "echo cargo 1.95.0",
    "node": "echo v20.19.0",
    "npm": "echo 10.8.2",
    "python3": '[ "$1" = -c ] || echo Python 3.11.2',
    "id": "echo 1000",
    **dict.fromkeys(["cc", "c++", "make", "cmake", "clang", "git"], "true"),
    **dict.fromkeys(["chromium", "faketime"], "true"),
}
# Says what it was asked, and brings what it installs.
APT = """echo "$@" >>"$LOG"
[ "$2" = install ] || exit 0
[ -e "$LOG.broken" ] && /bin/rm "$LOG.broken" && exit 100
for name in "$@"; do
    case $name in cmake) echo '#!/bin/sh' >"$PATH/cmake"; /bin/chmod +x "$PATH/cmake" ;; esac
done"""


class Need(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ampere-need-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        (self.folder / "libclang-14.so").touch()
        for name in TOOLS:
            (self.bin / name).symlink_to(shutil.which(name))
        for name, line in PRESENT.items():
            self.put(name, line)

    def put(self, name, script):
        program = self.bin / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    def need(self, purpose="run", **settings):
        ours = {"PATH": str(self.bin), "LIBCLANG_PATH": str(self.folder)}
        ours |= {"LOG": str(self.folder / "asked"), "AMPERE_DATA": str(self.folder)}
        command = [shutil.which("bash"), str(SCRIPT), purpose]
        done = subprocess.run(
            command, env=ours | settings, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def asked(self):
        log = self.folder / "asked"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def with_apt(self, root=True):
        self.put("apt-get", APT)
        self.put("apt-cache", "true")
        self.put("id", f"echo {0 if root else 1000}")

    def test_a_whole_machine_is_met_with_silence_and_no_rights(self):
        self.assertEqual(self.need(), (0, ""))
        self.assertEqual(self.need("test"), (0, ""))

    def test_an_old_compiler_is_named_with_its_floor(self):
        self.put("rustc", "echo rustc 1.63.0")
        code, said = self.need()
        self.assertEqual(code, 1)
        self.assertIn("rustc 1.95 or newer (found: 1.63.0)", said)

    def test_node_that_is_missing_is_named(self):
        (self.bin / "node").unlink()
        code, said = self.need()
        self.assertEqual(code, 1)
        self.assertIn("node 20.19.0 or newer (found: none)", said)

    def test_without_rights_the_one_command_is_printed(self):
        self.with_apt(root=False)
        (self.bin / "cmake").unlink()
        (self.bin / "c++").unlink()
        code, said = self.need()
        self.assertEqual(code, 1)
        command = "sudo apt-get update && sudo apt-get install -y build-essential cmake"
        self.assertIn(command, said)
        self.assertIn("make run MODEL=no", said)
        self.assertEqual(self.asked(), [])

    def test_root_installs_just_what_is_missing(self):
        self.with_apt()
        (self.bin / "cmake").unlink()
        code, said = self.need()
        self.assertEqual(code, 0, said)
        self.assertEqual(self.asked(), ["-q install -y --no-install-recommends cmake"])
        self.assertEqual(self.need(), (0, ""))

    def test_an_install_that_fails_once_is_repeated_with_fresh_lists(self):
        self.with_apt()
        (self.bin / "cmake").unlink()
        (self.folder / "asked.broken").touch()
        code, said = self.need()
        self.assertEqual(code, 0, said)
        install = "-q install -y --no-install-recommends cmake"
        self.assertEqual(self.asked(), [install, "-q update", install])

    def test_without_the_local_model_its_packages_are_not_asked_for(self):
        (self.bin / "cmake").unlink()
        (self.bin / "clang").unlink()
        self.assertEqual(self.need(MODEL="no"), (0, ""))

    def test_the_tests_need_a_browser(self):
        (self.bin / "chromium").unlink()
        self.assertEqual(self.need()[0], 0)
        code, said = self.need("test")
        self.assertEqual(code, 1)
        self.assertIn("chromium", said)
