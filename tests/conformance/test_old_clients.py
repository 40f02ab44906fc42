"""The official clients of the generation before, which stand on httpx, against the mock provider."""

import re
from pathlib import Path

from perf.pipeline.rigbench.venv import ended, locked_venv

ROOT = Path(__file__).parents[2]
LOCK = Path(".ci/lock/sdks-old.txt")
CASES = ("test_openai_sdk.py", "test_anthropic_sdk.py", "test_odd_frames.py")
OPTIONS = ("-q", "-o", "addopts=", "--import-mode=importlib", "-p", "no:cacheprovider", "-W", "error")
LOOK = "import anthropic, httpx, openai; print(anthropic.__version__ < '1', openai.__version__ < '3')"


def test_the_older_clients_agree_with_the_newer() -> None:
    """The very cases of the new pair pass with `openai<3` and `anthropic<1`, in a venv of their own."""
    python = str(locked_venv(ROOT, LOCK))
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    cases = [str(Path(__file__).with_name(name)) for name in CASES]

    versions = ended([python, "-c", LOOK], env, deadline_s=60)
    done = ended([python, "-m", "pytest", *OPTIONS, "--rootdir", str(ROOT), *cases], env, deadline_s=120)

    assert versions.stdout.split() == ["True", "True"], versions.stderr
    assert done.returncode == 0, done.stdout
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) >= 33
