"""The command of studies does exactly one thing at a time."""

import json

import pytest
import typer
from laennec.cli_validate import app
from laennec.validation.protocol import template
from typer.testing import CliRunner

root = typer.Typer()
root.add_typer(app)
root.command("other")(lambda: None)


def invoke(*arguments):
    return CliRunner().invoke(root, ["validate", *map(str, arguments)])


def test_new_check_and_freeze_follow_each_other(tmp_path):
    path = tmp_path / "study.toml"
    assert invoke(path, "--new").exit_code == 0
    assert path.read_text(encoding="utf-8") == template()
    checked = json.loads(invoke(path, "--check").stdout)
    assert checked["frozen"] is None
    frozen = json.loads(invoke(path, "--freeze").stdout)
    assert frozen["sha256"] == checked["sha256"]
    again = json.loads(invoke(path, "--check").stdout)
    assert again["frozen"] == frozen["sha256"]
    assert again["changed_after_freeze"] == []


@pytest.mark.parametrize(
    "arguments", [(), ("--new", "--freeze"), ("--data", "x.csv"), ("--check", "--lang", "de")]
)
def test_a_usage_error_is_exit_2(tmp_path, arguments):
    assert invoke(tmp_path / "study.toml", *arguments).exit_code == 2
