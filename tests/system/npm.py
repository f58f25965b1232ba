# SPDX-License-Identifier: Apache-2.0
"""Clients that we did not write, of npm, in a folder of their own beside the build."""
import os
import shutil
import subprocess

from harness import ROOT, Skip

SOURCE = os.path.join(ROOT, "tests", "system", "peers")
FOLDER = os.path.join(ROOT, "build", "peers")


def peers():
    """Brings them there; skips the test by name if it cannot."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise Skip("no node on this machine")
    os.makedirs(FOLDER, exist_ok=True)
    for name in os.listdir(SOURCE):
        shutil.copy(os.path.join(SOURCE, name), FOLDER)
    if not os.path.isdir(os.path.join(FOLDER, "node_modules", "tardis-dev")):
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=FOLDER, capture_output=True,
                              timeout=300, check=False)
        if done.returncode != 0:
            raise Skip("the npm registry does not answer")


def node(arguments, env=None, seconds=90):
    return subprocess.run(["node", *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=seconds,
                          env={**os.environ, **(env or {})}, check=False)
