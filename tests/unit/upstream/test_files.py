"""How many files a mock may open."""

import subprocess
import sys

_SCRIPT = """
import resource
from perf.upstream.files import raise_file_limit

hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
ceiling = {ceiling} if hard == resource.RLIM_INFINITY else min({ceiling}, hard)
resource.setrlimit(resource.RLIMIT_NOFILE, (256, ceiling))
raise_file_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] == min(ceiling, 65_536))
"""


def test_files_are_allowed_up_to_the_hard_limit() -> None:
    """A shell's low soft limit is raised, and never beyond what the machine's owner set."""
    for ceiling in (512, 1_000_000):
        script = _SCRIPT.format(ceiling=ceiling)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

        assert done.stdout.strip() == "True"
