"""`journeyman printer serve`: what it says, what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

import pytest

from ops import cli
from tests.served_printer import served

Captured = pytest.CaptureFixture[str]


def refused(capsys: Captured, *flags: str) -> tuple[int, str]:
    status = cli.run(["printer", "serve", *flags])
    return status, capsys.readouterr().err


def ask(address: str, command: bytes) -> bytes:
    """What comes first after a command, from a fresh connection."""
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(command)
        return line.recv(4096)


@pytest.mark.parametrize(
    ("flags", "status", "says"),
    [
        (("--tcp", "0", "--fault", "nozzle_clo"), 2, "--fault: there is no 'nozzle_clo'; did you mean nozzle_clog"),
        (("--tcp", "0", "--fault", "nozzle_clog:bad"), 2, "no severity; there are minor, moderate, major, critical"),
        (("--tcp", "0", "--fault", "idex_offset"), 2, "has no part that 'idex_offset' can befall"),
        (("--tcp", "0", "--fault", "probe_pin.bent"), 2, "'probe_pin.bent' cannot cause 'probe_fault' on a Creality"),
        (("--tcp", "0", "--model", "ender3"), 2, "--model: there is no 'ender3'; did you mean ender_3"),
        (("--tcp", "somewhere"), 2, "--tcp: 'somewhere' is not allowed; it must be HOST:PORT or PORT"),
        (("--tcp", "127.0.0.1:70000"), 2, "the port from 0 to 65535"),
        (("--tcp", "0", "--speed", "0"), 2, "--speed"),
        ((), 2, "give the printer one door: --pty LINK or --tcp HOST:PORT"),
        (("--tcp", "0", "--pty", "x"), 2, "give the printer one door"),
        (("--pty", "/no/such/folder/tty"), 3, "/no/such/folder/tty: No such file or directory"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(capsys: Captured, flags: tuple[str, ...], status: int, says: str) -> None:
    found, said = refused(capsys, *flags)
    assert found == status
    assert says in said
    assert "Traceback" not in said


def test_a_taken_port_is_told_with_a_way_out(capsys: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        status, said = refused(capsys, "--tcp", address)
    assert status == 3
    assert f"{address}: Address already in use; choose another one (port 0 takes a free one)" in said


def test_a_file_of_that_name_is_left_alone(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    status, said = refused(capsys, "--pty", str(tmp_path / "mine"))
    assert status == 3
    assert "there is something else of that name" in said
    assert (tmp_path / "mine").read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_ctrl_c_ends_it_cleanly_and_takes_the_link_away(tmp_path: Path) -> None:
    link = tmp_path / "ttyP"
    link.symlink_to("/dev/null")  # left over from one who was killed
    with served("--pty", str(link), "--fault", "nozzle_clog:major", "--seed", "7") as printer:
        assert printer.told["model"] == "ender_3"
        assert printer.told["faults"][0]["type"] == "nozzle_clog"
        assert printer.told["faults"][0]["severity"] == "major"
        assert str(link.readlink()).startswith("/dev/")
        assert str(link.readlink()) != "/dev/null"
        status, said = printer.interrupt()
    assert status == 130
    assert said.endswith("stopped\n")
    assert "Traceback" not in said
    assert not os.path.lexists(link)


def test_one_host_at_a_time_and_whoever_opens_the_port_of_a_halted_printer_starts_it_anew() -> None:
    taken = b"Error:Another host is connected to this printer; it takes one at a time\n"
    with served("--tcp", "0") as printer:
        host, _, port = printer.address.rpartition(":")
        assert host == "127.0.0.1"
        with socket.create_connection((host, int(port)), timeout=10) as first:
            first.sendall(b"M112\n")
            assert first.recv(4096) == b"Error:Printer halted. kill() called!\n"
            assert ask(printer.address, b"") == taken
        answer = taken
        while answer == taken:  # until the printer has seen the first one leave
            answer = ask(printer.address, b"")
        assert answer.startswith(b"start\n")


def test_json_is_one_object_also_after_ctrl_c() -> None:
    with served("--tcp", "0") as printer:
        host, _, port = printer.address.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=10) as still_there:
            still_there.sendall(b"M105\n")
            assert still_there.recv(4096).startswith(b"ok T:")
            printer.process.send_signal(signal.SIGINT)
            out, said = printer.process.communicate(timeout=20)
    assert out == ""
    assert said.endswith("Ctrl-C ends it\nstopped\n")
    assert printer.process.returncode == 130
    assert printer.told.keys() == {"address", "model", "seed", "faults", "speed"}
