"""Unmodified OctoPrint connects over a pseudo-terminal, prints, shows the simulator's temperatures and its faults."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.served_printer import served, small_print

VERSION = "1.11.8"
KEY = "0123456789ABCDEF0123456789ABCDEF"
PATIENCE = 230.0
CONFIG = """\
server: {{firstRun: false, onlineCheck: {{enabled: false}}, pluginBlacklist: {{enabled: false}}}}
api: {{key: {key}}}
serial: {{additionalPorts: ['{ports}'], autoconnect: false}}
plugins: {{_disabled: [softwareupdate, tracking, announcements, errortracking, pi_support, discovery, backup]}}
"""

pytestmark = pytest.mark.slow
_open = urllib.request.urlopen  # of our own loopback


class OctoPrint:
    """What a test asks of a running OctoPrint."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/api/"

    def get(self, path: str) -> Any:
        with _open(self._request(path), timeout=20) as answer:
            return json.load(answer)

    def post(self, path: str, body: dict[str, Any]) -> None:
        _open(self._request(path, json.dumps(body).encode(), "application/json"), timeout=20).close()

    def print_file(self, name: str, lines: list[str]) -> None:
        edge, form = uuid.uuid4().hex, "Content-Disposition: form-data; name="
        fields = [f'--{edge}\r\n{form}"{key}"\r\n\r\ntrue\r\n' for key in ("select", "print")]
        head = f'--{edge}\r\n{form}"file"; filename="{name}"\r\n\r\n'
        body = "".join([*fields, head, "\n".join(lines), f"\r\n--{edge}--\r\n"]).encode()
        request = self._request("files/local", body, f"multipart/form-data; boundary={edge}")
        _open(request, timeout=20).close()

    def connect(self, port: str) -> None:
        self.post("connection", {"command": "connect", "port": port, "baudrate": 115200, "printerProfile": "_default"})
        self.wait_until(lambda: self.state() == "Operational")

    def state(self) -> str:
        return str(self.get("connection")["current"]["state"])

    def wait_until(self, reached: Callable[[], Any]) -> Any:
        """Ask again and again; what was reached, or a failure with the state of things."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := reached():
                return found
            time.sleep(0.2)
        pytest.fail(f"not reached within {PATIENCE:g} s; the printer is {self.state()}, the job {self.get('job')}")

    def _request(self, path: str, body: bytes | None = None, kind: str = "") -> urllib.request.Request:
        headers = {"X-Api-Key": KEY, **({"Content-Type": kind} if kind else {})}
        return urllib.request.Request(self._url + path, data=body, headers=headers)  # noqa: S310 - likewise


@pytest.fixture(scope="module")
def program(request: pytest.FixtureRequest) -> Path:
    """OctoPrint in an environment of its own, kept in pytest's cache."""
    assert request.config.cache is not None
    home = request.config.cache.mkdir(f"octoprint-{VERSION}")
    if not (home / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
        install = [home / "bin" / "pip", "install", "-q", "--disable-pip-version-check", f"OctoPrint=={VERSION}"]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"OctoPrint cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
        (home / "installed").touch()
    return home / "bin" / "octoprint"


@pytest.fixture(scope="module")
def octoprint(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OctoPrint, Path]]:
    """A running OctoPrint, and the folder in which it looks for serial ports."""
    base, ports = tmp_path_factory.mktemp("octoprint"), tmp_path_factory.mktemp("ports")
    (base / "config.yaml").write_text(CONFIG.format(key=KEY, ports=ports / "tty*"))
    user = ["user", "add", "admin", "--password", "for-tests", "--admin"]
    subprocess.run([program, "--basedir", base, *user], check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    serve = ["serve", "--iknowwhatimdoing", "--basedir", base, "--host", "127.0.0.1", "--port", str(port)]
    with (base / "said").open("wb") as said, subprocess.Popen([program, *serve], stdout=said, stderr=said) as process:
        client = OctoPrint(port)
        try:
            until = time.monotonic() + PATIENCE
            while not _answers(client):
                assert process.poll() is None, (base / "said").read_text()[-2000:]
                assert time.monotonic() < until
                time.sleep(0.5)
            yield client, ports
        finally:
            process.terminate()


def _answers(client: OctoPrint) -> bool:
    try:
        return bool(client.get("version"))
    except (OSError, http.client.HTTPException):  # not there yet, or a stand-in that speaks no HTTP
        return False


def test_it_prints_and_shows_the_temperatures_of_the_simulator(octoprint: tuple[OctoPrint, Path]) -> None:
    client, ports = octoprint
    with served("--pty", str(ports / "ttyGood"), "--speed", "10", "--seed", "3") as printer:
        client.connect(printer.address)
        room = client.wait_until(lambda: client.get("printer?exclude=sd,state")["temperature"].get("tool0"))
        assert room["actual"] == pytest.approx(23.0, abs=1.5)
        client.print_file("small.gcode", small_print())

        def hot() -> Any:
            shown = client.get("printer?exclude=sd,state")["temperature"]
            return shown if shown["tool0"]["target"] == 200.0 and shown["tool0"]["actual"] > 195.0 else None

        shown = client.wait_until(hot)
        assert shown["bed"]["target"] == 50.0
        assert shown["bed"]["actual"] > 30.0
        done = {"completion": 100.0}
        client.wait_until(lambda: client.get("job")["progress"]["completion"] == done["completion"])
        client.wait_until(lambda: client.state() == "Operational")
        client.post("connection", {"command": "disconnect"})


def test_a_dead_heater_ends_the_print_as_on_a_real_machine(octoprint: tuple[OctoPrint, Path]) -> None:
    client, ports = octoprint
    dead = ("--fault", "heater_cartridge.failing:critical")
    with served("--pty", str(ports / "ttyDead"), "--speed", "5", *dead) as printer:
        client.connect(printer.address)
        client.print_file("dead.gcode", small_print())
        job = client.wait_until(lambda: (found := client.get("job")).get("error") and found)
        assert job["state"].startswith("Offline after error"), job
        assert job["error"] == "Heating failed, system stopped! Heater_ID: E0 - Printer halted. kill() called!"
        client.connect(printer.address)  # opening the port again pulls the reset line
        client.post("connection", {"command": "disconnect"})
