"""`longhand serve`: the address, the warning, and what is said where something is missing."""
from __future__ import annotations

import socket
import sys

import pytest

from longhand.cli import run
from longhand.web import serve as web_serve


@pytest.fixture
def served(monkeypatch):
    """The addresses that would be served; nothing is."""
    found = []
    monkeypatch.setattr(web_serve, "serve", lambda bound, host, ready: (found.append((host, bound.getsockname())), ready()))
    return found


def test_only_this_machine_unless_told(served, capsys):
    assert run(["serve", "--port", "0"]) == 0
    [(host, (address, port))] = served
    said = capsys.readouterr().err
    assert host == address == "127.0.0.1" and f"http://127.0.0.1:{port}/" in said and "Warning" not in said


def test_a_warning_where_others_can_reach_it(served, capsys):
    assert run(["serve", "--host", "0.0.0.0", "--port", "0"]) == 0
    assert "Warning: on 0.0.0.0 everyone who reaches this machine" in capsys.readouterr().err


def test_the_browser_is_opened_once_it_answers(served, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert run(["serve", "--port", "0", "--open"]) == 0
    assert opened == [f"http://127.0.0.1:{served[0][1][1]}/"]


def test_a_port_that_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["serve", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot be served" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["uvicorn", "starlette.applications"])
def test_without_the_extra_it_says_what_to_install(monkeypatch, capsys, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "longhand.web.protocol", raising=False)
    assert run(["serve", "--port", "0"]) == 2
    assert "pip install 'longhand[web]'" in capsys.readouterr().err
