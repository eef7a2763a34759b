"""A bank on loopback that answers well, or with one of many faults."""

import gzip
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

DAY = date(2025, 12, 9)  # the rates of the stub come into force on it
SOM, TENGE = "88,1350", "0,1723"  # a dollar and a tenge, in som


def nbkr(day=DAY, dollar=SOM, rows=None) -> bytes:
    """A list in the shape of the Kyrgyz bank's."""
    rows = rows or [("USD", "1", dollar), ("KZT", "1", TENGE)]
    body = "".join(
        f'<Currency ISOCode="{code}"><Nominal>{nominal}</Nominal><Value>{value}</Value></Currency>'
        for code, nominal, value in rows
    )
    head = '<?xml version="1.0" encoding="windows-1251" ?>'
    return f'{head}<CurrencyRates Name="Daily Exchange Rates" Date="{day:%d.%m.%Y}">{body}</CurrencyRates>'.encode(
        "cp1251", "xmlcharrefreplace"
    )


class Handler(BaseHTTPRequestHandler):
    """Answers with the server's fault, whatever is asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.close_connection = True
        self.server.asked.append((self.path, dict(self.headers)))
        try:
            self.server.answer(self)
        except OSError:  # the client has had enough
            return

    def reply(self, body: bytes, status=200, **headers):
        """A whole answer; underscores in names of headers are hyphens."""
        self.send_response(status)
        sent = {"Content_Type": "application/xml", "Content_Length": str(len(body))} | headers
        for name, value in sent.items():
            if value is not None:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        return

    def date_time_string(self, timestamp=None):
        return super().date_time_string(getattr(self.server, "clock", timestamp))


class Bank(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer: Callable[[Handler], None]):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.asked = answer, []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        return


@contextmanager
def bank(answer: Callable[[Handler], None] | None = None) -> Iterator[Bank]:
    """A bank that is served until the block ends; ``asked`` lists paths and headers, ``answer`` may be changed."""
    server = Bank(answer or fine)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fine(handler: Handler) -> None:
    handler.reply(nbkr())


@dataclass(frozen=True)
class Fault:
    """What a bank does, whether that is slow, and what has to come of it: words told, a rate held or taken."""

    does: Callable[[Handler], None]
    says: str = ""
    is_slow: bool = False
    held: bool = False
    taken: bool = False


def body(content: bytes, **headers) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(content, **headers)


def status(number: int) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(b"", number)


def rows(*found: tuple[str, str, str]) -> Callable[[Handler], None]:
    return body(nbkr(rows=list(found)))


def silent(handler: Handler) -> None:
    time.sleep(1)


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    for byte in nbkr() * 10:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.05)


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200):
        handler.wfile.write(f"X-{number}: x\r\n".encode())
        time.sleep(0.05)


def endless_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 5000)


def chunks(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"4000\r\n" + b" " * 0x4000 + b"\r\n")


def large(handler: Handler) -> None:
    handler.reply(b" " * 8 * 1024 * 1024)


def short(handler: Handler) -> None:
    """Less than its Content-Length says."""
    handler.reply(nbkr(), Content_Length="5000")


def skewed(handler: Handler) -> None:
    handler.server.clock = 0.0  # 1970
    handler.reply(nbkr())


def circle(handler: Handler) -> None:
    handler.reply(b"", 302, Location=handler.path)


def moved(address: str) -> Callable[[Handler], None]:
    return lambda handler: handler.reply(b"", 302, Location=address)


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<CurrencyRates Date="09.12.2025"><Currency ISOCode="USD"><Nominal>1</Nominal><Value>&b;</Value></Currency>'
    b"</CurrencyRates>"
)
PAGE = b"<!DOCTYPE html><html><body><h1>Maintenance</h1></body></html>"
TAJIK = (
    b'<?xml version="1.0"?><ValCurs Date="2025-12-09"><Valute ID="840"><CharCode>USD</CharCode><Nominal>1</Nominal>'
    b"<Value>9.2345</Value></Valute></ValCurs>"
)
BOMB = gzip.compress(b" " * 1024 * 1024) * 64  # a gzip file may have many members
CYRILLIC = nbkr().replace(b"windows-1251", b"utf-8").replace(b"Daily", "Курсы".encode("cp1251"))

FAULTS = {
    "a page of maintenance": Fault(body(PAGE, Content_Type="text/html"), "web page"),
    "a page that says it is XML": Fault(body(PAGE), "web page"),
    "nothing at all": Fault(body(b""), "empty"),
    "XML that is cut off": Fault(body(nbkr()[:-40]), "cut off"),
    "a bomb of entities": Fault(body(ENTITIES), "entities"),
    "403": Fault(status(403), "403"),
    "404": Fault(status(404), "404"),
    "429": Fault(status(429), "429"),
    "500": Fault(status(500), "500"),
    "503": Fault(status(503), "503"),
    "a redirect to another host": Fault(moved("https://elsewhere.example/rates.xml"), "elsewhere.example"),
    "a redirect to another port": Fault(moved("http://127.0.0.1:9/"), "another host"),
    "a redirect in a circle": Fault(circle, "circle"),
    "many megabytes": Fault(large, "more than 2 MB"),
    "a bomb in gzip": Fault(body(BOMB, Content_Encoding="gzip"), "more than 2 MB"),
    "chunks without end": Fault(chunks, "more than 2 MB"),
    "gzip that is none": Fault(body(nbkr(), Content_Encoding="gzip"), "unpacked"),
    "silence": Fault(silent, "too long", is_slow=True),
    "an answer in drops": Fault(drip, "too long", is_slow=True),
    "headers in drops": Fault(drip_headers, "too long", is_slow=True),
    "headers without end": Fault(endless_headers, "can't be reached"),
    "a broken connection": Fault(reset, "can't be reached"),
    "less than it promised": Fault(short, "can't be reached"),
    "JSON that says it is XML": Fault(body(b"[]"), "broken"),
    "another charset than it says": Fault(body(CYRILLIC), "broken"),
    "another bank's list": Fault(body(TAJIK), "no list of the bank"),
    "its own currency in the list": Fault(rows(("KGS", "1", "1"), ("USD", "1", SOM)), "another bank"),
    "no dollar": Fault(rows(("KZT", "1", TENGE)), "no USD"),
    "no date": Fault(body(nbkr().replace(b"09.12.2025", b"today")), "no date"),
    "not a number": Fault(rows(("USD", "1", "NaN")), "no number"),
    "infinity": Fault(rows(("USD", "1", "1e999")), "no number"),
    "a number beyond all": Fault(rows(("USD", "1", "9" * 20)), "no price can be"),
    "a nominal of zero": Fault(rows(("USD", "0", SOM)), "nominal"),
    "the dollar twice": Fault(rows(("USD", "1", SOM), ("USD", "1", "99,0")), "twice"),
    "zero": Fault(rows(("USD", "1", "0,0000")), held=True),
    "less than zero": Fault(rows(("USD", "1", "-88,1350")), held=True),
    "an absurd jump": Fault(rows(("USD", "1", "881,350")), held=True),
    "the day after the day after tomorrow": Fault(body(nbkr(DAY + timedelta(days=2))), held=True),
    "last month's list": Fault(body(nbkr(DAY - timedelta(days=30))), held=True),
    "a mark before the text": Fault(body(b"\xef\xbb\xbf" + nbkr().replace(b"windows-1251", b"utf-8")), taken=True),
    "the wrong type": Fault(body(nbkr(), Content_Type="image/png"), taken=True),
    "a clock of 1970": Fault(skewed, taken=True),
    "gzip as it should be": Fault(body(gzip.compress(nbkr()), Content_Encoding="gzip"), taken=True),
    "tomorrow's list": Fault(body(nbkr(DAY)), taken=True),
    "ten dollars at once": Fault(rows(("USD", "10", "881,350")), taken=True),
    "spaces and a point": Fault(rows((" usd ", " 1 ", "\n88.1350 ")), taken=True),
}
