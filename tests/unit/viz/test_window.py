"""The real window under Xvfb, driven by real keys and a real mouse over the X protocol. Nothing but Xvfb is needed."""

import os
import shutil
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

KEYS = {"space": 0x20, "escape": 0xFF1B, "period": 0x2E, "slash": 0x2F, "b": 0x62, "v": 0x76, "h": 0x68, "q": 0x71,
        "return": 0xFF0D, "f12": 0xFFC9, "right": 0xFF53, "x": 0x78, "f3": 0xFFC0, "n": 0x6E}  # fmt: skip


class Display:
    """A few requests of the X protocol: keys and pointer through XTEST."""

    def __init__(self, number: int) -> None:
        _until(lambda: self._connected(number), 10)
        self.sock.settimeout(10)
        self.sock.sendall(struct.pack("<BxHHHHxx", 0x6C, 11, 0, 0, 0))
        head = self._take(8)
        assert head[0] == 1, "the X server refused"
        body = self._take(struct.unpack("<H", head[6:8])[0] * 4)
        self.low, self.high = body[26], body[27]
        name = b"XTEST"
        self._send(struct.pack("<BBHHxx", 98, 0, 4, len(name)) + name + b"\0\0\0")
        self.xtest = self._take(32)[9]
        count = self.high - self.low + 1
        self._send(struct.pack("<BBHBBxx", 101, 0, 2, self.low, count))
        reply = self._take(32)
        table = self._take(struct.unpack("<I", reply[4:8])[0] * 4)
        per, symbols = reply[1], struct.unpack(f"<{len(table) // 4}I", table)
        self.code = {s: self.low + i // per for i, s in reversed(list(enumerate(symbols))) if s and i % per == 0}

    def _connected(self, number: int) -> bool:
        """By file or by abstract name, whichever the server has."""
        for name in (f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}"):
            self.sock = socket.socket(socket.AF_UNIX)
            try:
                self.sock.connect(name)
            except OSError:
                self.sock.close()
                continue
            return True
        return False

    def _send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def _take(self, n: int) -> bytes:
        out = b""
        while len(out) < n:
            out += self.sock.recv(n - len(out))
        return out

    def fake(self, kind: int, detail: int, x: int = 0, y: int = 0) -> None:
        body = struct.pack("<BBHBBxxIIxxxxxxxxhhxxxxxxxx", self.xtest, 2, 9, kind, detail, 0, 0, x, y)
        self._send(body)
        time.sleep(0.04)

    def key(self, name: str) -> None:
        code = self.code[KEYS[name]]
        self.fake(2, code)
        self.fake(3, code)
        time.sleep(0.12)

    def click(self, x: int, y: int) -> None:
        self.fake(6, 0, x, y)
        self.fake(4, 1)
        self.fake(5, 1)
        time.sleep(0.12)


@pytest.fixture
def xvfb() -> Iterator[int]:
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not installed: apt-get install xvfb runs this test")
    read, write = os.pipe()
    process = subprocess.Popen(
        [server, "-displayfd", str(write), "-screen", "0", "1300x740x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(write,), stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write)
    with os.fdopen(read) as told:
        number = int(told.readline())
    yield number
    process.terminate()
    process.wait(10)


def test_a_real_window_obeys_keys_and_mouse(xvfb: int, file: Path) -> None:
    env = {k: v for k, v in os.environ.items() if not k.startswith("SDL_VIDEODRIVER")}
    env |= {"DISPLAY": f":{xvfb}", "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy"}
    env |= {"XDG_STATE_HOME": str(file.parent / "state")}
    args = [sys.executable, "-m", "viz", str(file), "--size", "1280x720", "--at", "22:41:30", "--narrate"]
    root = Path(__file__).resolve().parents[3]
    window = subprocess.Popen(args, env=env, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    marks = file.with_name(file.name + ".marks.json")
    picture = file.with_name("night-22-41-30.png")
    display = Display(xvfb)
    try:
        display.fake(6, 0, 600, 300)
        _until(lambda: window.poll() is not None or _shown(display, picture), 30)
        assert window.poll() is None, window.communicate()[1]
        assert picture.stat().st_size > 20_000
        for name in ("x", "v", "v", "v", "h", "f3", "slash", "q", "n", "escape", "period", "b", "n", "return"):
            display.key(name)
        _until(marks.exists, 10)
        assert '"note": "n"' in marks.read_text()
        display.click(1230, 22)
        display.key("space")
        time.sleep(0.6)
        display.key("space")
        display.click(600, 300)
        assert window.poll() is None, window.communicate()[1]
    finally:
        display.sock.close()
        window.terminate()
        said, wrong = window.communicate(timeout=10)
    assert "22:41" in said
    assert "Traceback" not in wrong


def test_the_first_page_opens_what_lies_here(xvfb: int, file: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    lying = tmp_path / "out" / "here.mcap"
    lying.write_bytes(file.read_bytes())
    root = Path(__file__).resolve().parents[3]
    env = {k: v for k, v in os.environ.items() if not k.startswith("SDL_VIDEODRIVER")}
    env |= {"DISPLAY": f":{xvfb}", "SDL_VIDEODRIVER": "x11", "SDL_AUDIODRIVER": "dummy", "PYTHONPATH": str(root)}
    env |= {"XDG_STATE_HOME": str(tmp_path / "state")}
    args = [sys.executable, "-m", "viz", "--size", "1280x720", "--at", "22:41:30"]
    window = subprocess.Popen(args, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    picture = lying.with_name("here-22-41-30.png")
    display = Display(xvfb)
    try:
        display.fake(6, 0, 600, 300)

        def opened() -> bool:
            display.key("return")
            return window.poll() is not None or _shown(display, picture)

        _until(opened, 30)
        assert window.poll() is None, window.communicate()[1]
        assert picture.stat().st_size > 20_000
        assert str(lying.resolve()) in (tmp_path / "state" / "khusham" / "recent.json").read_text()
    finally:
        display.sock.close()
        window.terminate()
        wrong = window.communicate(timeout=10)[1]
    assert "Traceback" not in wrong


def _shown(display: Display, picture: Path) -> bool:
    """F12 writes a picture as soon as the window has opened the recording."""
    display.key("f12")
    time.sleep(0.4)
    return picture.exists()


def _until(true: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():  # type: ignore[operator]
            return
        time.sleep(0.1)
