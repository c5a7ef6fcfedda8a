"""No test speaks to anybody but this machine."""

from __future__ import annotations

import socket

import pytest


def test_a_stranger_cannot_be_called() -> None:
    with (
        pytest.warns(UserWarning, match=r"203\.0\.113\.1"),
        pytest.raises(RuntimeError, match=r"203\.0\.113\.1"),
        socket.create_connection(("203.0.113.1", 80), timeout=1),  # an address kept for documentation
    ):
        pytest.fail("the call went through")


def test_this_machine_can_be_called() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5):
        pass
