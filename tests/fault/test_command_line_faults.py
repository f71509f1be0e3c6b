"""Bad input through the real command line: exit code 2, clear lines and no traceback, in time, nothing half written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.__main__ import app
from tests.battle import BASE, ROOT

LIMIT_S = 30
"""Of the wall clock, on a machine that does other things too; the check itself is held to 5 s of CPU elsewhere."""
RUN = ("run", BASE.as_posix())


def told(words: tuple[str, ...], tmp_path: Path) -> str:
    """What the command says on being refused, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "sim", *words], cwd=ROOT, env={**os.environ, "COLUMNS": "200"},
        capture_output=True, text=True, timeout=LIMIT_S, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not list(tmp_path.glob("*.mcap*"))
    return done.stderr


def told_here(words: tuple[str, ...], tmp_path: Path) -> str:
    """The same without the half second that a process takes to start: what is not caught is an exit code of 1."""
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, words)
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    assert not list(tmp_path.glob("*.mcap*"))
    return done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"#" * 2_000_000, "has 2.0 MB"), (b"\x89PNG\x00\xff", "is not a text file"), (b"", "the file is empty")],
    ids=["2 MB", "binary", "empty"],
)
def test_what_is_no_scenario(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_bytes(content)
    said = told(("run", str(file), "-o", str(tmp_path / "x.mcap")), tmp_path)
    assert said.startswith(f"{file}: ")
    assert words in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("units[t72-9].weapons=1", "there is no [t72-9]"),
        ("sensors.eye.reach=1,5 km", "has a comma"),
        ("sensors.eye.reach=5 kg", "sensors.eye.reach"),
        ("nonsense", "not of the form path=value"),
        ("orders[advance].when={at: 2018-02-08T01:00+02:00}", "not within the scripted part"),
    ],
)
def test_a_wrong_override(tmp_path: Path, override: str, words: str) -> None:
    said = told_here((*RUN, "--set", override, "-o", str(tmp_path / "x.mcap")), tmp_path)
    assert words in said
    assert len(said.splitlines()) == 1


def test_a_negative_seed(tmp_path: Path) -> None:
    assert "--seed" in told((*RUN, "--seed", "-1", "-o", str(tmp_path / "x.mcap")), tmp_path)


def test_a_folder_an_address_and_nowhere_to_write(tmp_path: Path) -> None:
    assert "is a folder" in told_here(("check", str(tmp_path)), tmp_path)
    assert "no such file" in told_here(("why", "https://example.org/x.mcap", "t72-1"), tmp_path)
    assert "there is no folder" in told_here((*RUN, "-o", str(tmp_path / "no" / "x.mcap")), tmp_path)
