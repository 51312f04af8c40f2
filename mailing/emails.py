"""A row as a message of the Internet, and the connection that carries messages to the mail server."""

import re
import smtplib
from contextlib import suppress
from email import encoders
from email.charset import QP, Charset
from email.mime.base import MIMEBase
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils import timezone

from mailing import links
from mailing.models import OutgoingEmail

# Quoted-printable: no line above 76 bytes and none beyond ASCII, so that no server on the way rewrites one.
QUOTED = Charset("utf-8")
QUOTED.body_encoding = QP

CALENDAR_NAME = "rencontre.ics"
CUTS_BEFORE_DOWN = 3
ACCOUNT_REFUSED = (530, 534, 535, 538)  # the portal's own account, whatever the message


class Refused(Exception):
    """This message will never be accepted; says why in French."""


class NotNow(Exception):
    """This message may be accepted later; says why in French.

    `in_doubt` tells that the server may have accepted it all the same: its answer never came.
    """

    def __init__(self, reason: str, *, in_doubt: bool = False) -> None:
        super().__init__(reason)
        self.in_doubt = in_doubt


def message_of(email: OutgoingEmail) -> EmailMultiAlternatives:
    """Return the message of a row: text, its HTML and its calendar where it has some, the same Message-ID.

    One that its person may decline says where, for the button of mail programs (RFC 8058), and in its words
    where they have a place for it.
    """
    headers = {
        "Message-ID": email.message_id,
        "Date": format_datetime(timezone.localtime()),
        "Auto-Submitted": "auto-generated",
    }
    path = links.path_for(email)
    if path:
        headers["List-Unsubscribe"] = f"<{settings.PORTAL_URL}{path}>"
        headers["List-Unsubscribe-Post"] = "=".join(links.ONE_CLICK)
    text = email.text.replace(links.PLACE, path)
    message = EmailMultiAlternatives(email.subject, text, to=[email.to], headers=headers)
    message.encoding = QUOTED
    if email.html:
        message.attach_alternative(email.html.replace(links.PLACE, path), "text/html")
    if email.calendar:
        message.attach(_calendar(email))
    return message


def _calendar(email: OutgoingEmail) -> MIMEBase:
    method = {"method": email.calendar_method} if email.calendar_method else {}
    part = MIMEBase("text", "calendar", charset="utf-8", **method, name=CALENDAR_NAME)
    # iCalendar wants CRLF, and base64 carries it as it is.
    part.set_payload(re.sub(r"\r\n|\r|\n", "\r\n", email.calendar).encode())
    encoders.encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=CALENDAR_NAME)
    return part


class Carrier:
    """One connection to the mail server, opened for the first message and again after a failure.

    `is_down` tells that nothing more is worth trying now: the server cannot be reached, or cuts every time.
    """

    def __init__(self) -> None:
        self._connection = get_connection()
        self._cuts = 0

    def __enter__(self) -> "Carrier":
        return self

    def __exit__(self, *error: object) -> None:
        self._close()

    @property
    def is_down(self) -> bool:
        """Whether to leave the rest for later."""
        return self._cuts >= CUTS_BEFORE_DOWN

    def send(self, email: OutgoingEmail) -> None:
        """Hand one message to the server; raises Refused or NotNow."""
        self._open()
        try:
            sent = self._connection.send_messages([message_of(email)])
        except Exception as error:  # whatever a server answers, or a message that cannot be written
            self._close()
            raise self._meaning(error) from error
        if not sent:
            raise Refused("Ce courriel n’a pas de destinataire.")
        self._cuts = 0

    def _open(self) -> None:
        try:
            self._connection.open()
        except Exception as error:  # whatever a backend raises: nothing was sent
            self._cuts = CUTS_BEFORE_DOWN
            raise NotNow(f"Le serveur de courriel ne répond pas\u00a0: {_words(error)}") from error

    def _close(self) -> None:
        with suppress(OSError):  # it may be gone already
            self._connection.close()

    def _meaning(self, error: Exception) -> Refused | NotNow:
        if isinstance(error, smtplib.SMTPRecipientsRefused):
            return self._answer(*next(iter(error.recipients.values())))
        if isinstance(error, smtplib.SMTPResponseException):
            return self._answer(error.smtp_code, error.smtp_error)
        if isinstance(error, OSError):
            self._cuts += 1
            return NotNow(f"L’envoi a été coupé\u00a0: {_words(error)}", in_doubt=True)
        return Refused(f"Ce courriel ne peut pas être écrit\u00a0: {_words(error)}")

    def _answer(self, code: int, text: bytes | str) -> Refused | NotNow:
        self._cuts = 0
        text = text.decode(errors="replace") if isinstance(text, bytes) else text
        answer = f"{code} {' '.join(text.split())}"
        if code in ACCOUNT_REFUSED:
            self._cuts = CUTS_BEFORE_DOWN
            return NotNow(f"Le serveur de courriel refuse le compte du portail\u00a0: {answer}")
        if code >= 500:
            return Refused(f"Le serveur de courriel refuse ce courriel\u00a0: {answer}")
        return NotNow(f"Le serveur de courriel demande d’attendre\u00a0: {answer}")


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
