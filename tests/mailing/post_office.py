"""A real mail server on loopback, which can be told to refuse, to hang, to cut or to stop."""

import asyncio
import email
import email.policy
import socket
import struct
from collections.abc import Callable
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.house.workshop import free_port


class PostOffice:
    """What it accepted is in `raw`, in order, and stays there when it stops.

    `answer(address)` is what it says of a recipient. `trouble(moment, address)` makes it "hang" (until the
    answer changes) or "cut" the connection at "greeting", at "data" before it keeps the letter, or at
    "receipt" once it has kept it. `hanging` holds the addresses that it hangs on now; each letter takes it
    `pace` seconds.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.raw: list[bytes] = []
        self.visits = 0
        self.pace = 0.0
        self.hanging: list[str] = []
        self.answer: Callable[[str], str] = lambda address: "250 OK"
        self.trouble: Callable[[str, str], str] = lambda moment, address: ""
        self.start()

    def start(self) -> None:
        """Open on the same port as before."""
        self.controller = Controller(
            self,
            hostname="127.0.0.1",
            port=self.port,
            server_hostname="localhost",  # no look-up
        )
        self.controller.start()

    def stop(self) -> None:
        """Close: whoever comes is refused."""
        self.controller.stop()

    def letters(self) -> list[EmailMessage]:
        """What was accepted, read."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw]

    def recipients(self) -> list[str]:
        """To whom, in order."""
        return [str(letter["To"]) for letter in self.letters()]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.visits += 1
        session.host_name = hostname
        await self._be_troubled(server, "greeting", "")
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.answer(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        await self._be_troubled(server, "data", envelope.rcpt_tos[0])
        await asyncio.sleep(self.pace)
        self.raw.append(envelope.content)
        await self._be_troubled(server, "receipt", envelope.rcpt_tos[0])
        return "250 OK"

    async def _be_troubled(self, server, moment: str, address: str) -> None:
        if self.trouble(moment, address) == "hang":
            await self._hang(moment, address)
        if self.trouble(moment, address) == "cut":
            at_once = struct.pack("ii", 1, 0)
            server.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            server.transport.abort()
            await asyncio.sleep(60)  # it is cancelled with its connection

    async def _hang(self, moment: str, address: str) -> None:
        self.hanging.append(address)
        try:
            while self.trouble(moment, address) == "hang":
                await asyncio.sleep(0.02)
        finally:  # cancelled when who waits goes
            self.hanging.remove(address)
