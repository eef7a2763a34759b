"""Editors and readers of a paper under torture, each with a browser of their own: all they do goes over HTTP."""

import http.client
import io
import random
import re
import threading
import time
from datetime import datetime, timedelta
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from itertools import count
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bench.torture.history import LISTS, History
from bench.torture.paper import Paper, words_in

TOKEN = "t" * 32  # of forms against forgery: the same in the cookie and in the field
LEAD_PICTURE = re.compile(r'class="lead-picture".*?<picture(.*?)</picture>', re.DOTALL)
PICTURE_FILE = re.compile(r'/media/[^"\s,]+')
MESSAGE = re.compile(r'<li class="(success|error|warning|info)[^"]*">')
BISHKEK = ZoneInfo("Asia/Bishkek")
PATIENCE = 45  # seconds for one answer: longer than SQLite waits for its lock
ASKED_AGAIN = 20  # seconds in which an editor asks what became of a step
NEVER_CAME = (OSError, http.client.HTTPException)
# What editors like to do, if the form offers it.
STEPS = {"save": 4, "publish": 6, "schedule": 4, "correct": 2, "reschedule": 4, "cancel": 1, "withdraw": 3} | {
    **{"take_down": 1, "trash": 1, "untrash": 6, "board": 3, "upload": 1}
}
UNSENT = {"submit", "file", "button", "checkbox", "radio"}  # inputs that a browser sends only if they are checked
WITH_WORDS = {"save", "publish", "schedule", "correct"}  # these change the text


class Answer(NamedTuple):
    status: int
    text: str
    headers: http.client.HTTPMessage


class Form(HTMLParser):
    """The fields of one form of a page, as a browser would send them, and its buttons."""

    def __init__(self, html: str, form_id: str) -> None:
        super().__init__()
        self.fields: list[list[str]] = []
        self.buttons: list[tuple[str, str]] = []
        self.form_id, self._inside, self._select, self._text = form_id, False, "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        name = values.get("name", "")
        if tag == "form":
            self._inside = values.get("id") == self.form_id
        elif not self._inside:
            return
        elif tag == "button":
            self.buttons.append((name, values.get("value", "")))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in values:
            self.fields.append([self._select, values.get("value", "")])
        elif tag == "textarea":
            self.fields.append([name, ""])
            self._text = True
        elif tag == "input" and name and (values.get("type") not in UNSENT or "checked" in values):
            self.fields.append([name, values.get("value", "")])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._text = False

    def handle_data(self, data: str) -> None:
        if self._text:
            self.fields[-1][1] += data

    def put(self, **values: object) -> None:
        """Type into fields; dashes in names are written as two underlines."""
        for name, value in values.items():
            name = name.replace("__", "-")
            self.fields = [pair for pair in self.fields if pair[0] != name] + [[name, str(value)]]

    def value(self, name: str) -> str:
        return next((value for field, value in self.fields if field == name), "")


class Browser:
    """Asks one of the paper's machines, with cookies."""

    def __init__(self, paper: Paper, session: str = "") -> None:
        self.paper = paper
        self.is_logged_in, self.prefix = bool(session), "__Host-" if paper.static else ""  # COOKIE_PREFIX of settings
        self.cookies = {f"{self.prefix}csrftoken": TOKEN, f"{self.prefix}sessionid": session}

    def ask(self, path: str, data: object = None, kind: str = "application/x-www-form-urlencoded") -> Answer:
        """The answer to a GET, or to a POST of ``data``; an error of ``NEVER_CAME`` if there is none."""
        place = random.choice(self.paper.machines).place
        body = data if data is None or isinstance(data, bytes) else urlencode([tuple(pair) for pair in data])
        headers = {"X-Forwarded-Proto": "https", "Connection": "close"}
        if self.is_logged_in:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            headers["Referer"] = f"https://{place}/admin/"
        if body is not None:
            headers["Content-Type"] = kind
        connection = http.client.HTTPConnection(place, timeout=PATIENCE)
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        for header in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.coded_value for name, morsel in SimpleCookie(header).items()}
        return Answer(response.status, text, response.headers)


class Editor:
    """Somebody of the desk with articles that nobody else touches; the board is everybody's."""

    numbers = count(1)  # of all saves: each has words of its own
    board = threading.Lock()

    def __init__(self, paper: Paper, history: History, session: str, stories: list[int], dice: random.Random) -> None:
        self.browser, self.paper, self.history, self.dice = Browser(paper, session), paper, history, dice
        self.stories, self.forms, self.pictures = stories, {}, [""]
        self.opened: dict[int, tuple[float, float]] = {}  # between which times of the paper's clock each form was made
        self.likes = STEPS
        self.at_rest = threading.Lock()  # held while a request is on its way: the clock is moved between two

    def work(self, ended: threading.Event) -> None:
        while not ended.wait(self.dice.uniform(0.05, 0.3)):
            try:
                step = self.dice.choices(list(self.likes), list(self.likes.values()))[0]
                if step == "upload" or (len(self.pictures) < 2 and "upload" in self.likes):
                    self.upload()
                elif step == "board":
                    self.arrange_board()
                else:
                    self.take_step(self.dice.choice(self.stories))
            except NEVER_CAME:
                time.sleep(0.2)  # the server is away

    def open_form(self, story: int) -> tuple[Form | None, list[str]]:
        """The form of an article as it is now, and the kinds of messages above it; none if it can't be had."""
        began = self.paper.clock.now()
        answer = self.browser.ask(f"/admin/articles/article/{story}/change/")
        self.opened[story] = (began, self.paper.clock.now())
        form = Form(answer.text, "article_form") if answer.status == 200 else None
        self.forms[story] = form
        return form, MESSAGE.findall(answer.text)

    def take_step(self, story: int, step: str = "") -> dict:
        """Take one of the steps that the form offers, ``step`` if it is named; return the line of the history."""
        form = self.forms.get(story) or self.open_form(story)[0]
        if form is None:
            return {}
        buttons = [value for name, value in form.buttons if name == "_step"]
        step = step or self.choose({button.partition(":")[0] for button in buttons})
        number, change = 0, {"go_live_at": "", "take_down_at": "", "withdrawal_reason": "", "carry": "no"}
        change |= {"forget_end": "on"}
        if step in WITH_WORDS:
            number = next(self.numbers)
            self.write_words(form, story, number, step)
        typed, at, index = self.input_of(step, buttons)
        form.put(**change | typed)
        with self.at_rest:
            return self.send(story, step, form, number=number, at=at, index=index)

    def choose(self, offered: set[str]) -> str:
        names = [name for name in self.likes if name in offered or name in {"save", "correct"}]
        if "untrash" in offered:
            names = ["untrash"]
        if {"cancel"} & offered:  # one edition to come is enough
            names = [name for name in names if name != "schedule"]
        if "publish" not in offered:
            names = [name for name in names if name != "correct"]
        return self.dice.choices(names, [STEPS[name] for name in names])[0] if names else "save"

    def write_words(self, form: Form, story: int, number: int, step: str) -> None:
        word = f"w{story:03}x{number:05}"
        form.put(headline=f"Kurultai {word}", standfirst=f"Standfirst {word}.", body=f"<p>Text {word} goes on.</p>")
        if self.dice.random() < 0.3:
            form.put(lead_image=self.dice.choice(self.pictures))
        days = [pair for pair in form.fields if pair[0] == "dated_corrections-day"][:1]
        form.fields = [pair for pair in form.fields if not pair[0].startswith("dated_corrections-")]
        text = f"Corrected {word}." if step == "correct" else ""
        form.put(dated_corrections__day=days[0][1] if text and days else "", dated_corrections__text=text)

    def input_of(self, step: str, buttons: list[str]) -> tuple[dict[str, str], float, int]:
        """What a step asks for; the time typed (of the servers' clock), and which of the editions offered it is of."""
        now = datetime.fromtimestamp(self.paper.clock.now(), BISHKEK)
        first = 2 if now.second > 57 else 1
        moment = now.replace(second=0, microsecond=0) + timedelta(minutes=first + self.dice.choice([0, 0, 1, 3]))
        chosen = [button for button in buttons if button.startswith(f"{step}:")]
        index = self.dice.randrange(len(chosen)) if chosen else 0
        typed = {"_step": chosen[index] if chosen else "publish" if step == "correct" else step}
        if step == "save":
            typed = {"_continue": "1"}
        if step in {"schedule", "reschedule"}:
            typed["go_live_at"] = f"{moment:%Y-%m-%dT%H:%M}"
        if step == "take_down":
            typed["take_down_at"] = f"{moment:%Y-%m-%dT%H:%M}"
        if step == "withdraw":
            typed["withdrawal_reason"] = "It was wrong."
        return typed, moment.timestamp(), index

    def send(self, story: int, step: str, form: Form, *, number: int, at: float, index: int) -> dict:
        """Send the form, and learn what became of it: ``saved`` is None and ``outcome`` unknown if nobody says."""
        path = f"/admin/articles/article/{story}/change/"
        sent_at, offset, saved, outcome, status = time.time(), self.paper.clock.offset, None, "unknown", 0
        opened = self.opened[story]
        self.forms[story] = None
        left = f"{self.browser.prefix}messages"  # of a step before, of which nobody could learn
        self.browser.cookies.pop(left, None)
        picture = int(form.value("lead_image") or 0) or None
        try:
            answer = self.browser.ask(path, [*form.fields, ["csrfmiddlewaretoken", TOKEN]])
        except NEVER_CAME:
            answered = time.time()
        else:
            answered, status = time.time(), answer.status
            if status == 302 and answer.headers.get("Location", "").endswith(path):
                saved, outcome = True, self.outcome_of(story)
            elif status < 500 or "othing was saved" in answer.text:
                saved, outcome = False, "refused"
        step = "publish" if step == "correct" else step
        line = {"story": story, "step": step, "number": number, "picture": picture, "at": at, "index": index}
        line["opened"] = opened
        line |= {"asked": sent_at, "answered": answered, "offset": offset, "saved": saved, "outcome": outcome}
        return self.history.write("step", **line, status=status)

    def outcome_of(self, story: int) -> str:
        """What the desk says of the step; it is said on the next page, however long that takes to come."""
        until = time.monotonic() + ASKED_AGAIN
        while time.monotonic() < until:
            try:
                form, messages = self.open_form(story)
            except NEVER_CAME:
                form = None
            if form is not None:
                return "refused" if "error" in messages else "done" if "success" in messages else "unknown"
            time.sleep(0.3)
        return "unknown"

    def arrange_board(self) -> None:
        """Place an article first on the front page."""
        with self.board, self.at_rest:
            address = "/admin/articles/placement/board/"
            form = Form(self.browser.ask(address).text, "board-form")
            offered = [value.split(":")[1] for name, value in form.buttons if name == "_do" and "place:" in value]
            if not offered:
                return
            story = int(self.dice.choice(offered))
            form.put(_do=f"place:{story}:1", csrfmiddlewaretoken=TOKEN)
            form = Form(self.browser.ask(address, form.fields).text, "board-form")
            form.put(_save="1", csrfmiddlewaretoken=TOKEN)
            sent_at, offset, outcome = time.time(), self.paper.clock.offset, "unknown"
            try:
                status = self.browser.ask(address, form.fields).status
                outcome = "done" if status == 302 else "refused" if status < 500 else "unknown"
            finally:
                times = {"asked": sent_at, "answered": time.time(), "offset": offset}
                self.history.write("board", story=story, **times, outcome=outcome)

    def upload(self) -> None:
        """Send a picture to the library; articles get it only if the library says that it has it."""
        from PIL import Image

        buffer, number = io.BytesIO(), next(self.numbers)
        colour = tuple(self.dice.randrange(256) for _part in "rgb")
        Image.new("RGB", (700, 500), colour).save(buffer, "PNG")
        texts = {"title": f"Picture {number}", "alt": "A wall", "credit": "Nobody", "focal_x": "50", "focal_y": "50"}
        fields = [(f'name="{name}"', text.encode()) for name, text in texts.items()]
        fields.append(('name="csrfmiddlewaretoken"', TOKEN.encode()))
        fields.append((f'name="file"; filename="{number}.png"\r\nContent-Type: image/png', buffer.getvalue()))
        heads = f"--{TOKEN}\r\nContent-Disposition: form-data; ".encode()
        parts = [heads + name.encode() + b"\r\n\r\n" + value for name, value in fields]
        body = b"\r\n".join([*parts, f"--{TOKEN}--\r\n".encode()])
        with self.at_rest:
            path = "/admin/articles/image/upload/"
            answer = self.browser.ask(path, body, f"multipart/form-data; boundary={TOKEN}")
        if answer.status == 201 and (image := re.search(r'"id": (\d+)', answer.text)):
            self.pictures.append(image[1])


class Reader:
    """Somebody who reads the paper again and again, and writes down what there was."""

    def __init__(self, paper: Paper, history: History, dice: random.Random) -> None:
        self.browser, self.paper, self.history, self.dice = Browser(paper), paper, history, dice

    def read_on(self, ended: threading.Event) -> None:
        while not ended.wait(self.dice.uniform(0.01, 0.1)):
            self.read(self.dice.choice([*LISTS, "/", "/", *self.paper.pages.values()]))

    def read(self, path: str) -> dict:
        clock, sent_at, status, text, cache, address = self.paper.clock, time.time(), 0, "", "", ""
        offset, moved_at, picture_status = clock.offset, clock.moved_at, 200
        try:
            status, text, headers = self.browser.ask(path)
            cache = headers.get("X-Cache", "")
        except NEVER_CAME:
            pass
        answered = time.time()
        if image := LEAD_PICTURE.search(text):
            address = self.dice.choice(PICTURE_FILE.findall(image[1]))  # as a browser takes any size
            picture_status = self.status_of(address)
        words = list(words_in(text))
        lead = next(words_in(text.partition('class="leading"')[2]), None)  # above it stands the newest of each country
        line = {
            "path": path,
            "asked": sent_at,
            "answered": answered,
            "offset": offset,
            "status": status,
            "cache": cache,
        }
        line |= {"moved": clock.moved_at != moved_at or sent_at - moved_at < 0.5, "picture": address}
        line |= {"picture_status": picture_status, "first": lead[1] if lead else None}
        line["words"] = sorted({(story, number) for _part, story, number in words})
        line["parts"] = sorted({(part, story) for part, story, _number in words})
        return self.history.write("read", **line)

    def status_of(self, path: str) -> int:
        try:
            answer = self.browser.ask(path)
            return answer.status if answer.text else 204  # an empty file is no picture
        except NEVER_CAME:
            return 0
