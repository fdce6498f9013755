# What the rows need built or installed: reprise of this checkout or of a commit, and the peers.

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from rows import BenchError

BENCHMARKS = Path(__file__).resolve().parent
ROOT = BENCHMARKS.parents[1]


def call(command, doing, progress, folder=ROOT):
    """Runs a command whose output is progress; returns nothing."""
    progress(doing)
    if subprocess.run(command, cwd=folder, stdout=sys.stderr).returncode != 0:
        raise BenchError(f"{doing} failed; the reason stands above.")


def build(progress, folder=ROOT, name="reprise"):
    """The release build of a checkout."""
    swift = ["swift", "build", "-c", "release", "--scratch-path", ".build"]
    call([*swift, "--product", "reprise"], f"Building {name}", progress, folder)
    place = subprocess.run([*swift, "--show-bin-path"], cwd=folder, capture_output=True, text=True, check=True).stdout
    return str(Path(place.strip()) / "reprise")


def choose_driver(reprise, progress, environment=os.environ, root=ROOT):
    """Where a CPU is all there is and nobody chose a driver, the newest lavapipe that Tools/setup finds, as in quickstart."""
    if "VK_DRIVER_FILES" in environment or "VK_ICD_FILENAMES" in environment:
        return
    devices = subprocess.run([reprise, "devices"], capture_output=True, text=True).stdout
    if not any(line.startswith("*") and "llvmpipe" in line for line in devices.splitlines()):
        return
    if subprocess.run([root / "Tools" / "setup", "--quiet", "--mesa"]).returncode == 0:
        environment["VK_DRIVER_FILES"] = environment["VK_ICD_FILENAMES"] = str(root / ".build-mesa" / "lvp_icd.json")
    else:
        progress("Going on with the system's lavapipe.")


def resolve(name, root=ROOT):
    """The full hash of a commit that is named in any of git's ways."""
    found = subprocess.run(["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"], cwd=root,
                           capture_output=True, text=True)
    if found.returncode != 0:
        raise BenchError(f"{name!r} is no commit of this repository.")
    return found.stdout.strip()


def checkout(commit, progress, root=ROOT):
    """The folder of a worktree of the commit, which stays for the next time."""
    folder = root / ".build-bench" / "against" / commit[:12]
    if not folder.exists():
        # By force, because git remembers a folder that somebody removed.
        add = ["git", "worktree", "add", "--quiet", "--force", "--detach", str(folder), commit]
        call(add, f"Checking {commit[:12]} out", progress, root)
    return folder


def against(commit, progress):
    """The release build of a commit, and the commit in short."""
    return build(progress, checkout(commit, progress), f"reprise of {commit[:12]}"), commit[:12]


def peers(progress):
    """The interpreter of a virtual environment that has the pinned requirements."""
    if sys.version_info < (3, 11):
        raise BenchError(f"The peers need Python 3.11 or later; this is {sys.version.split()[0]}.")
    folder, requirements = ROOT / ".build-python", BENCHMARKS / "requirements.txt"
    python, stamp = folder / "bin" / "python", folder / "benchmarks.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not python.exists():
        call([sys.executable, "-m", "venv", str(folder)], "Making .build-python", progress)
    if not stamp.exists() or stamp.read_text() != wanted:
        call([str(python), "-m", "pip", "install", "-q", "-r", str(requirements)], "Installing the peers (gigabytes)", progress)
        stamp.write_text(wanted)
    return str(python)


def describe():
    """What is checked out here, in short."""
    result = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return result.stdout.strip() or "unknown commit"
