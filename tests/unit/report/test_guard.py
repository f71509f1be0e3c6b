"""How a command fails: the code it leaves with, and what stands on stderr."""

import pytest
import typer

from sim.__main__ import app
from sim.experiment.manifest import SweepError
from sim.experiment.verify import CannotVerify
from sim.faults import EXTRAS, Fault, missing
from sim.recording import RecordingError
from sim.report.guard import told
from sim.scenario import ScenarioError
from sim.why import NotFound
from tests.battle import ROOT


@pytest.mark.parametrize(
    "fault",
    [ScenarioError(["a.yaml:3:1: no"]), RecordingError("no"), SweepError("no"), CannotVerify("no"), NotFound("no")],
    ids=lambda one: type(one).__name__,
)
def test_a_fault_is_its_text_and_exit_2(fault: Fault, capsys: pytest.CaptureFixture[str]) -> None:
    assert left(fault) == 2
    assert capsys.readouterr() == ("", f"{fault}\n")


def test_a_module_that_an_extra_brings_is_named_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert left(ModuleNotFoundError("no", name="pyarrow")) == 2
    assert left(ModuleNotFoundError("no", name="pyarrow"), pyarrow="sweep") == 2
    assert capsys.readouterr().err.splitlines() == [missing("pyarrow"), missing("pyarrow", "sweep")]


def test_what_is_no_fault_of_the_input_stays_what_it_is() -> None:
    with pytest.raises(ModuleNotFoundError):
        left(ModuleNotFoundError("no", name="numpy"))
    with pytest.raises(ZeroDivisionError):
        left(ZeroDivisionError())


def test_an_interrupt_leaves_with_130_and_the_words_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert left(KeyboardInterrupt(), interrupted="it is safe") == 130
    assert capsys.readouterr().err == "it is safe\n"


def test_every_extra_is_one_that_is_offered() -> None:
    offered = (ROOT / "pyproject.toml").read_text("utf-8")
    assert all(f"\n{extra} = [" in offered for extra in EXTRAS.values())
    with pytest.raises(KeyError):
        missing("numpy")


def test_every_command_is_guarded() -> None:
    commands = [one.callback for one in app.registered_commands]
    assert len(commands) > 15
    bare = [one.__name__ for one in commands if one is not None and one.__code__.co_name != "guarded"]
    assert bare == []


def left(what: BaseException, **words: str) -> int:
    """The code with which a command leaves that raises this."""

    @told(**words)  # type: ignore[arg-type]
    def command() -> None:
        raise what

    with pytest.raises(typer.Exit) as gone:
        command()
    return gone.value.exit_code
