"""The engine over TLS."""

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from perf.load import LoadError, run
from perf.model.load import ClosedLoop, Outcome
from tests.load.plans import DELTAS, DONE, FINISH, a_plan, a_template, outcomes, stream
from tests.load.scripted import Certificate, ScriptedServer, scripted_server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A fresh self-signed certificate for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "chain.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return Certificate(chain=str(folder / "chain.pem"), key=str(folder / "key.pem"))


@pytest.fixture(scope="module")
def secure(certificate: Certificate) -> Iterator[ScriptedServer]:
    """The scripted server with that certificate."""
    with scripted_server(certificate) as running:
        running.serve((stream(*DELTAS, FINISH, DONE),))
        yield running


def test_a_trusted_gateway_is_served_over_tls(secure: ScriptedServer, certificate: Certificate) -> None:
    """With its CA file, https is like http: same samples, same reuse."""
    plan = a_plan(
        secure.url.replace("http:", "https:"),
        templates=(a_template(stream=True),),
        workload=ClosedLoop(connections=3, requests=30),
    )
    recording = run(plan, ca_file=Path(certificate.chain))

    assert outcomes(recording.samples) == {Outcome.OK: 30}
    assert recording.connections_opened == 3
    assert len(recording.delta_times_ns) == 90


def test_an_untrusted_certificate_is_an_error(secure: ScriptedServer) -> None:
    """Measuring an unknown server would be no measurement."""
    with pytest.raises(LoadError, match="CA file"):
        run(a_plan(secure.url.replace("http:", "https:")))


def test_plain_http_to_a_tls_port_is_no_answer(secure: ScriptedServer) -> None:
    """The server hangs up on what is no handshake."""
    recording = run(a_plan(secure.url))

    assert outcomes(recording.samples) == {Outcome.RESET: 1}


def test_a_missing_ca_file_is_an_error(tmp_path: Path) -> None:
    """It is found out before anything is sent."""
    with pytest.raises(LoadError, match="CA file"):
        run(a_plan("https://127.0.0.1:1"), ca_file=tmp_path / "none.pem")
