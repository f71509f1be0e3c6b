"""The command line: exit codes, one clear line for bad input, nothing half-written, nothing imported too early."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import sim.engine
import sim.scenario
from sim import metrics, why
from sim import recording as rec
from sim.__main__ import app
from sim.experiment import verify
from sim.tags import WHOSE
from tests import synthetic

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder to work in; the engine and the scenarios are made up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sim.engine, "run", synthetic.run)
    monkeypatch.setattr(sim.scenario, "load", lambda path, overrides=(): synthetic.Scenario(60))
    monkeypatch.setattr(verify, "scenario_of", lambda recording: synthetic.Scenario(60))
    return tmp_path


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def refused(result: Result, code: int = 2) -> str:
    """What a failing command said on stderr: no traceback, nothing on stdout."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr.strip()


# ---------------------------------------------------------------- run


def test_run_prints_what_happened(stand_in: Path) -> None:
    result = call("run", "s.yaml", "--seed", 5)
    assert result.exit_code == 0
    for words in ("1 of many possible nights, simulated; seed 5", "Clock of the night", "Strength and losses",
                  "Weapons", "Hotline", "Rules of engagement", "never committed", "digest ", "17% stated"):  # fmt: skip
        assert words in result.stdout
    assert not os.listdir(stand_in)


def test_run_writes_and_says_so_on_stderr(stand_in: Path) -> None:
    result = call("run", "s.yaml", "-o", "night.mcap", "--json")
    assert result.exit_code == 0
    assert "wrote night.mcap" in result.stderr
    body = json.loads(result.stdout)
    night = rec.load("night.mcap")
    assert body["replications"][0]["digest"] == night.digest
    assert body["replications"][0]["metrics"] == metrics.measure(night)
    assert body["summary"]["attackers_killed"]["low"] is None
    assert set(body.pop(WHOSE).values()) == {"nobody named here"}
    assert body | {"replications": 0, "summary": 0, "tables": 0} == {
        "schema": 1, "scenario": "synthetic", "seed": 1, "replications": 0, "summary": 0, "tables": 0,
    }  # fmt: skip


def test_an_ensemble_writes_the_run_nearest_its_median(stand_in: Path) -> None:
    result = call("run", "s.yaml", "-n", 5, "--rep", 3, "-o", "night.mcap", "--json")
    assert result.exit_code == 0
    body = json.loads(result.stdout)
    assert [row["replication"] for row in body["replications"]] == [3, 4, 5, 6, 7]
    night = rec.load("night.mcap")
    assert night.meta["replications"] == 5
    assert f"replication {night.meta['replication']}, the nearest to the median" in result.stderr
    attached = json.loads(night.attachments["ensemble.json"])
    assert attached["runs"]["nearest"]["digest"] == night.digest
    assert attached["summary"] == body["summary"]
    said = call("run", "s.yaml", "-n", 5).stdout
    assert "5 simulated nights" in said
    assert "Undefined in every run: attackers die later." in said  # the made-up night has no such wounded


def test_an_interrupt_leaves_nothing_behind(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    result = call("run", "s.yaml", "-o", "night.mcap")
    assert refused(result, 130) == "interrupted; nothing was written"
    assert not os.listdir(stand_in)


def test_a_folder_that_is_not_there_is_told_before_the_run(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.engine, "run", lambda *_, **__: pytest.fail("ran all the same"))
    assert "there is no folder" in refused(call("run", "s.yaml", "-o", "nowhere/night.mcap"))


@pytest.mark.parametrize(
    "words",
    [
        ("run", "nothing.yaml"),
        ("check", "nothing.yaml"),
        ("explain", "nothing.yaml", "x"),
        ("compare", "nothing.yaml", "nothing.yaml"),
        ("verify", "nothing.mcap"),
        ("why", "nothing.mcap", "a-1"),
        ("run", "."),
        ("verify", "."),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused(call(*words))
    assert len(said.splitlines()) == 1
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("words", [("run",), ("fly",), ("run", "s.yaml", "-n", "0"), ("run", "s.yaml", "--sed", "3")])
def test_bad_usage_is_exit_2(words: tuple[str, ...]) -> None:
    refused(call(*words))


# ---------------------------------------------------------------- verify, why, compare


def test_verify_says_yes_and_no(stand_in: Path) -> None:
    call("run", "s.yaml", "-o", "night.mcap")
    result = call("verify", "night.mcap")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "verified"
    night = rec.load("night.mcap")
    payload = night.events.flat_payload.copy()
    payload[int(night.events.payload_offsets[night.events.of("impact")[2]])] += 1
    bent = dataclasses.replace(night, events=dataclasses.replace(night.events, flat_payload=payload))
    rec.save(bent, "bent.mcap")
    result = call("verify", "bent.mcap")
    assert result.exit_code == 1
    assert f"event {int(night.events.of('impact')[2])} differs: recorded " in result.stdout
    body = json.loads(call("verify", "bent.mcap", "--json").stdout)
    assert body["same"] is False
    assert body["event"] == int(night.events.of("impact")[2])


def test_why_and_why_not(stand_in: Path) -> None:
    rec.save(synthetic.recording(), "night.mcap")
    result = call("why", "night.mcap", "t72-1")
    assert result.exit_code == 0
    first, second, *_ = result.stdout.splitlines()
    assert first.startswith("1 of many possible nights, simulated")
    assert "MQ9-2 saw T72-1" in second
    assert "F-22 gun: held" in call("why", "night.mcap", "f22", "--not").stdout
    assert json.loads(call("why", "night.mcap", "t72-1", "--json").stdout)[0]["event"] is not None
    untouched = call("why", "night.mcap", "b52-9")
    assert "no unit 'b52-9'" in refused(untouched)
    assert call("why", "night.mcap", "mrap-1").exit_code == 1


def test_a_comparison_with_itself(stand_in: Path) -> None:
    body = json.loads(call("compare", "a.yaml", "b.yaml", "-n", 4, "--json").stdout)
    assert body["identical"] is True
    assert {row["difference"] for row in body["effects"].values()} <= {0, None}
    assert "Every pair is the same run" in call("compare", "a.yaml", "b.yaml", "-n", 4).stdout


def test_tables_of_the_program() -> None:
    phases = [row["phase"] for row in json.loads(call("order", "--json").stdout)]
    assert phases == ["impact", "move", "suppress", "morale", "replan", "command", "engage", "fire", "audit"]
    assert "impact" in call("order").stdout
    assert json.loads(call("schema").stdout)["properties"]
    assert "khusham" in {row["id"] for row in json.loads(call("variants", "--json").stdout)}


def test_check_and_explain_of_the_base_scenario() -> None:
    base = ROOT / "scenarios" / "khusham.yaml"
    assert "nothing is wrong" in call("check", base).stdout
    body = json.loads(call("check", base, "--set", "clock.strat=3", "--json").stdout)
    assert body["problems"]
    assert "clock.strat" in refused(call("check", base, "--set", "clock.strat=3"))
    assert "stated" in call("explain", base, "clock.start").stdout


# ---------------------------------------------------------------- the real engine, from end to end


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("real") / "night.mcap"
    result = call("run", ROOT / "scenarios" / "khusham.yaml", "--seed", 7, "-o", path)
    assert result.exit_code == 0, result.output
    assert "Clock of the night" in result.stdout
    return path


def test_a_real_run_verifies(real: Path) -> None:
    result = call("verify", real)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "verified"


def test_a_real_run_reads_in_words(real: Path) -> None:
    night = rec.load(real)
    unnamed = [said for i in range(len(night.events)) if "unnamed" in (said := why.sentence(night, i))]
    assert not unnamed, unnamed[0]
    assert metrics.measure(night)["attackers_unhurt"] is not None
    where = metrics.tables(night)["disposition"]
    assert sum(where["people"]) == night.units["people"][night.units["side"] == "attackers"].sum()
    fate = int(night.events.of("killed")[-1])
    kinds = {night.events.event(i).kind for i in why.ancestors(night, fate)}
    assert kinds & {"seen", "act_observed", "order_begun"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_in_the_middle_leaves_nothing(number: signal.Signals, code: int, tmp_path: Path) -> None:
    words = ["-m", "sim", "run", str(ROOT / "scenarios" / "khusham.yaml"), "-n", "200", "-j", "2"]
    words += ["-o", str(tmp_path / "night.mcap")]
    child = subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        time.sleep(2.5)
        assert child.poll() is None, "ended before the signal"
        child.send_signal(number)
        said_out, said_err = child.communicate(timeout=30)
    finally:
        child.kill()
    assert child.returncode == code
    assert "Traceback" not in said_err
    assert said_out == ""
    assert not os.listdir(tmp_path)


# ---------------------------------------------------------------- what a call costs


def test_help_imports_typer_alone() -> None:
    code = (
        "import sys\n"
        "import sim.__main__ as m\n"
        "try: m.app(['--help'])\n"
        "except SystemExit: pass\n"
        "print('HEAVY', [n for n in ('numpy', 'scipy', 'simpy', 'mcap', 'pydantic', 'ruamel', 'pygame', 'sim.engine')"
        " if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip().endswith("HEAVY []")
