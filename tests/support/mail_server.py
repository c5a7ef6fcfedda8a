"""A mail server on this machine that takes letters, or refuses them as it is told.

with MailServer() as server:
    server.refuse_recipient("nobody@example.kz", 550)
    ... KARAVAN_SMTP_URL=server.url ...
    assert [mail["To"] for mail in server.letters]
"""

from __future__ import annotations

import email
import socket
import threading
from email.policy import default
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from email.message import EmailMessage
    from types import TracebackType


class MailServer:
    """Speaks as much SMTP as `smtplib` needs. `letters` are those it said yes to, in order."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.conversations = 0
        self.hang_up_after: str | None = None
        """A command after which the connection is dropped; "DATA" takes the letter and then says nothing."""
        self.data_reply = "250 taken"
        self._refused: dict[str, int] = {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def refuse_recipient(self, address: str, code: int) -> None:
        """Answer RCPT TO this address with an error code from now on."""
        self._refused[address] = code

    @property
    def url(self) -> str:
        """What KARAVAN_SMTP_URL must be."""
        return f"smtp://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.conversations += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as line:

            def say(words: str) -> None:
                line.write(f"{words}\r\n".encode())
                line.flush()

            say("220 test")
            recipients: list[str] = []
            while command := line.readline().decode().strip():
                verb = command.split(" ")[0].upper()
                if verb == self.hang_up_after and verb != "DATA":
                    return
                if verb == "RCPT":
                    address = command.partition("<")[2].partition(">")[0]
                    code = self._refused.get(address, 250)
                    recipients += [address] if code == 250 else []
                    say(f"{code} {'yes' if code == 250 else f'<{address}> no'}")
                elif verb == "DATA":
                    say("354 go on")
                    lines = iter(line.readline, b".\r\n")
                    raw = b"".join(row[1:] if row.startswith(b".") else row for row in lines)
                    if self.data_reply.startswith("250"):
                        self.letters.append(email.message_from_bytes(raw, policy=default))
                        self.recipients.append(recipients)
                    if self.hang_up_after == "DATA":
                        return
                    say(self.data_reply)
                    recipients = []
                else:
                    say("250 yes" if verb != "QUIT" else "221 bye")
                    if verb == "QUIT":
                        return
