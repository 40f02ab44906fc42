"""docs/how-to/add-a-target.md, carried out."""

import json
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx

from perf.config import find_target, load_config
from perf.model.scenario import Provider, Topology
from perf.model.target import Endpoint
from perf.sut.build import build
from perf.sut.launch import launch
from perf.sut.source import commit_source
from tests.sut.gateways import a_repository, commit

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-target.md"
TOPOLOGY = Topology(name="one", instances=(), keys=2, recovery_ns=0)


class Provider200(BaseHTTPRequestHandler):
    """Answers with the key that it was sent."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(self.headers["authorization"]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is inherited
        """Say nothing."""


def test_the_page_leads_to_a_gateway_that_works(tmp_path: Path) -> None:
    """Gateway and target, as they stand on the page, build, start, serve, and prove passage by their key."""
    blocks = re.findall(r"^```(?:python|toml)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (program,) = [block for block in blocks if "import http.server" in block]
    (table,) = [block for block in blocks if "[targets.one-file]" in block]
    config = load_config(table, where="perfgate.toml")
    target = find_target(config, config.target)
    repo = a_repository(tmp_path / "repo")
    commit(repo, {"gateway.py": program, "perfgate.toml": table})
    done = build(target, commit_source(repo, "HEAD"), repo=repo, cache=tmp_path / "cache")
    with HTTPServer(("127.0.0.1", 0), Provider200) as provider:
        thread = Thread(target=provider.serve_forever)
        thread.start()
        endpoint = Endpoint(
            name="a",
            provider=Provider.OPENAI,
            base_url=f"http://127.0.0.1:{provider.server_port}",
            priority=1,
            weight=1,
        )
        with launch(
            target, done, topology=TOPOLOGY, endpoints=(endpoint,), cpus=None, run_dir=tmp_path / "run"
        ) as sut:
            url = f"{sut.base_url}/v1/chat/completions"
            served = httpx.post(
                url, json={}, headers={"authorization": f"Bearer {sut.client_keys[1]}"}, trust_env=False
            )
            refused = httpx.post(url, json={}, headers={"authorization": "Bearer wrong"}, trust_env=False)
        provider.shutdown()
        thread.join()

    assert served.json() == f"Bearer {sut.upstream_key}"
    assert refused.status_code == 401
    assert target.proves_by_key
