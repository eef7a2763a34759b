"""Pictures pasted and dropped into the text: uploaded there with their texts, and put where they came in."""

import base64
import re

from playwright.sync_api import expect

from articles.models import Image
from articles.tests.factories import make_article, picture_file
from articles.tests.test_heic import photo
from newsroom.tests.test_browser import BrowserTestCase

UPLOAD = "/admin/articles/image/upload/"
GIVE = """([kind, files, html, rtf]) => {
  const data = new DataTransfer();
  for (const [name, type, letters] of files)
    data.items.add(new File([Uint8Array.from(atob(letters), (one) => one.charCodeAt(0))], name, { type }));
  if (html) data.setData("text/html", html);
  if (rtf) data.setData("text/rtf", rtf);
  const text = document.querySelector(".tiptap");
  const box = text.lastElementChild.getBoundingClientRect();
  const about = { bubbles: true, cancelable: true, clientX: box.left + 3, clientY: box.top + 3 };
  const paste = () => new ClipboardEvent("paste", { clipboardData: data, ...about });
  const drop = () => new DragEvent("drop", { dataTransfer: data, ...about });
  text.dispatchEvent(kind === "paste" ? paste() : drop());
}"""

SEEN = """([name, x, y]) => {
  const top = document.elementFromPoint(x, y);
  return top.textContent.includes(name);
}"""


def file(name, size=(640, 400), kind="image/jpeg"):
    return [name, kind, base64.b64encode(picture_file(size=size).read()).decode()]


class DroppingTestCase(BrowserTestCase):
    def begin(self):
        self.log_in("chief")
        self.article = make_article(section=self.theme, body="<p>First.</p><p>Last.</p>")
        self.open(self.article.get_absolute_url())
        self.page.locator(".tiptap p").first.click()

    def give(self, files, kind="paste", html="", rtf=""):
        self.page.evaluate(GIVE, [kind, files, html, rtf])

    def body(self):
        return self.page.locator("[name=body]").input_value()

    @property
    def dialog(self):
        return self.page.get_by_role("dialog", name="Pictures for the text")

    def describe(self, name, words):
        self.dialog.get_by_role("group", name=name).get_by_label("Alternative text").fill(words)

    def send(self):
        self.dialog.get_by_role("button", name="Send all that are ready").click()


class DroppedPicturesTests(DroppingTestCase):
    def setUp(self):
        super().setUp()
        self.begin()

    def test_pasted_pictures_are_uploaded_and_stand_at_the_cursor_in_their_order(self):
        self.give([file("road.jpg"), file("lake.jpg", (800, 500))])
        self.describe("road.jpg", "A road")
        self.describe("lake.jpg", "A lake")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.dialog).to_have_count(0)
        road, lake = (Image.objects.get(alt=alt).pk for alt in ("A road", "A lake"))
        first = f'<figure data-image="{road}"><figcaption></figcaption></figure>'
        second = f'<figure data-image="{lake}" data-apart=""><figcaption></figcaption></figure>'
        assert self.body() == f"<p>First.</p>{first}{second}<p>Last.</p>"

    def test_dropped_picture_stands_where_it_was_dropped(self):
        self.give([file("road.jpg")], kind="drop")
        self.describe("road.jpg", "A road")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.dialog).to_have_count(0)
        assert re.fullmatch(
            r'<p>First.</p><p>Last.</p><figure data-image="\d+"><figcaption></figcaption></figure>', self.body()
        )

    def test_pictures_within_pasted_text_stay_at_their_places(self):
        _name, kind, letters = file("x.jpg")
        picture = f'<img alt="A gate" src="data:{kind};base64,{letters}">'
        self.press_key("Control+a")
        self.give([], html=f"<p>Before.</p><p>{picture}</p><p>After.</p>")
        expect(self.dialog.get_by_label("Alternative text")).to_have_value("A gate")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.dialog).to_have_count(0)
        pk = Image.objects.get(alt="A gate").pk
        assert self.body() == f'<p>Before.</p><figure data-image="{pk}"><figcaption></figcaption></figure><p>After.</p>'

    def test_pictures_of_word_come_with_its_text(self):
        picture = picture_file(size=(640, 400)).read().hex()
        rtf = r"{\rtf1\ansi A gate{\*\shppict{\pict{\*\picprop}\picw640\jpegblip\bliptag-7{\*\blipuid 0af}"
        rtf += "\n" + "\n".join(picture[at : at + 128] for at in range(0, len(picture), 128))
        rtf += "}}{\\nonshppict{\\pict\\picw640\\wmetafile8 0100}}}"
        shape = '<img width=640 height=400 src="file:///C:/Temp/clip_image001.jpg" v:shapes="Picture_x0020_1">'
        self.press_key("Control+a")
        self.give([], html=f"<p class=MsoNormal>A gate<![if !vml]>{shape}<![endif]></p>", rtf=rtf)
        self.dialog.get_by_label("Alternative text").fill("A gate")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.dialog).to_have_count(0)
        pk = Image.objects.get(alt="A gate").pk
        assert self.body() == f'<p>A gate</p><figure data-image="{pk}"><figcaption></figcaption></figure>'

    def test_text_comes_in_without_pictures_that_were_left_out(self):
        picture = f'<img src="data:image/jpeg;base64,{file("x.jpg")[2]}">'
        self.press_key("Control+a")
        self.give([], html=f"<p>Before.</p><p>{picture}</p><p>After.</p>")
        self.dialog.get_by_role("button", name="Cancel").click()
        expect(self.page.locator(".tiptap")).to_contain_text("After.")
        assert self.body() == "<p>Before.</p><p>After.</p>"

    def test_picture_written_as_an_address_comes_in_and_one_that_is_broken_takes_nothing_with_it(self):
        letters = file("x.jpg")[2].replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        broken = f'<img src="data:image/png;base64,{"*" * 500}">'
        self.press_key("Control+a")
        self.give([], html=f'<p>Before.</p><img src="data:image/jpeg;base64,{letters}">{broken}<p>After.</p>')
        expect(self.dialog.locator(".one")).to_have_count(1)
        self.dialog.get_by_role("button", name="Cancel").click()
        expect(self.page.locator(".editor-note")).to_contain_text("pictures: save them as files")
        assert self.body() == "<p>Before.</p><p>After.</p>"

    def test_what_fails_stays_with_its_texts_and_can_be_sent_again(self):
        self.give([file("road.jpg")])
        self.describe("road.jpg", "A road")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.page.route(
            f"**{UPLOAD}", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
        )
        self.send()
        expect(self.dialog).to_contain_text("Nothing is lost")
        self.page.unroute(f"**{UPLOAD}")
        self.troubles.clear()  # the browser tells of the failed request
        self.page.keyboard.press("Escape")
        expect(self.dialog.get_by_role("alert").last).to_contain_text("would be lost")
        expect(self.dialog.get_by_label("Alternative text")).to_have_value("A road")
        self.send()
        expect(self.dialog).to_have_count(0)
        assert 'data-image="' in self.body()

    def test_what_is_no_picture_is_refused_in_words(self):
        self.give([["report.pdf", "application/pdf", ""]], kind="drop")
        expect(self.page.locator(".editor-note")).to_contain_text("“report.pdf” is no picture")

    def test_bad_file_is_refused_before_its_texts_are_written(self):
        text = base64.b64encode(b"I am no picture").decode()
        heic = base64.b64encode(b"\0\0\0\x18ftypheic").decode()
        self.give([["words.jpg", "image/jpeg", text], ["IMG_1.HEIC", "", heic], file("small.jpg", (150, 150))])
        expect(self.dialog.get_by_text("The newsroom looks at it …")).to_have_count(0)
        for name, why in (("words.jpg", "not a picture"), ("IMG_1.HEIC", "damaged"), ("small.jpg", "150 × 150 pixels")):
            row = self.dialog.get_by_role("group", name=name)
            expect(row).to_contain_text(why)
            expect(row.get_by_label("Alternative text")).to_be_hidden()
        assert not Image.objects.filter(width=150).exists()

    def test_photo_of_a_phone_is_shown_and_put_into_the_text(self):
        letters = base64.b64encode(photo().getvalue()).decode()
        self.give([["IMG_0042.HEIC", "", letters]])
        expect(self.dialog.get_by_role("group", name="IMG_0042.HEIC").locator("img")).to_be_visible()
        self.describe("IMG_0042.HEIC", "A road")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.dialog).to_have_count(0)
        assert f'data-image="{Image.objects.get(alt="A road").pk}"' in self.body()

    def test_picture_from_disk_is_in_the_text_after_one_drop_and_one_click(self):
        actions = []
        self.give([file("road.jpg")], kind="drop")
        actions.append("drop")
        expect(self.dialog.get_by_label("Alternative text")).to_be_focused()
        self.page.keyboard.type("A road")
        for _stop in range(12):  # a field of a day has several
            if self.page.evaluate("document.activeElement.id") == "shared-credit":
                break
            self.page.keyboard.press("Shift+Tab")
        self.page.keyboard.type("Our own")
        self.send()
        actions.append("click")
        expect(self.dialog).to_have_count(0)
        expect(self.page.locator(".tiptap figure")).to_have_count(1)
        assert len(actions) <= 2

    def test_several_files_come_in_at_one_go_and_are_no_series(self):
        self.give([file(f"{number}.jpg", (640 + number, 400)) for number in range(3)])
        for number in range(3):
            self.describe(f"{number}.jpg", f"Picture {number}")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.dialog).to_have_count(0)
        assert self.body().count("<figure") == 3
        assert self.body().count("data-apart") == 2

    def test_picture_that_the_library_has_is_put_in_at_once(self):
        self.give([file("road.jpg")])
        self.describe("road.jpg", "A road")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.dialog).to_have_count(0)
        self.give([file("again.jpg")])
        expect(self.page.locator(".tiptap figure")).to_have_count(2)
        assert Image.objects.filter(alt="A road").count() == 1

    def test_dialog_stays_while_somebody_types_about_a_picture_that_the_library_has(self):
        self.give([file("road.jpg")])
        self.describe("road.jpg", "A road")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.dialog).to_have_count(0)
        held = []
        self.page.route("**/upload/?known=*", lambda route: held.append(route))
        self.give([file("again.jpg")])
        self.describe("again.jpg", "The same road")
        self.page.wait_for_timeout(150)
        for route in held:
            route.continue_()
        expect(self.dialog).to_contain_text("In the library already")
        self.dialog.get_by_role("button", name="Put those stored into the text").click()
        expect(self.page.locator(".tiptap figure")).to_have_count(2)

    def test_copied_cells_with_a_picture_of_themselves_are_text(self):
        self.press_key("Control+a")
        self.give([file("image.png")], html="<table><tr><td>1</td><td>2</td></tr></table>")
        expect(self.page.locator(".tiptap td")).to_have_count(2)
        expect(self.dialog).to_have_count(0)


class DialogTests(DroppingTestCase):
    def test_head_and_buttons_stay_in_sight_whatever_stands_between(self):
        self.begin()
        self.give([file(f"{number}.jpg", (640 + number, 400)) for number in range(4)])
        expect(self.dialog.locator("img")).to_have_count(4)
        for width, height in ((1366, 768), (1024, 768), (390, 844), (1366, 600), (320, 360)):
            self.page.set_viewport_size({"width": width, "height": height})
            for place in ("nearest", "end"):
                self.dialog.locator(".one").last.evaluate("(one, block) => one.scrollIntoView({ block })", place)
                parts = {"Send all that are ready": "button", "Cancel": "button", "Pictures for the text": "heading"}
                if height < 480:
                    continue  # all of it scrolls
                for name, role in parts.items():
                    with self.subTest(name, width=width, height=height):
                        box = self.dialog.get_by_role(role, name=name).bounding_box()
                        assert box["y"] >= 0
                        assert box["y"] + box["height"] <= height
                        assert self.page.evaluate(SEEN, [name, box["x"] + 5, box["y"] + box["height"] / 2])
            self.dialog.get_by_role("button", name="Cancel").scroll_into_view_if_needed()
            box = self.dialog.get_by_role("button", name="Cancel").bounding_box()
            assert box["y"] + box["height"] <= height
            self.dialog.get_by_label("Credit").last.focus()
            box = self.dialog.get_by_label("Credit").last.bounding_box()
            assert 0 <= box["y"] < height

    def test_nothing_lies_beside_the_buttons_above_a_form(self):
        self.log_in("chief")
        for kind, pk in (("image", self.pictures[0].pk), ("section", self.theme.pk)):
            for width in (1366, 1024, 800, 390):
                with self.subTest(kind, width=width):
                    self.page.set_viewport_size({"width": width, "height": 768})
                    self.open(f"/admin/articles/{kind}/{pk}/change/")
                    tools = self.page.locator("#content-main .object-tools li").last.bounding_box()
                    form = self.page.locator("#content-main :is(.focal-stage, fieldset)").first.bounding_box()
                    assert tools["y"] + tools["height"] <= form["y"] + 1

    def test_axe_finds_nothing_in_the_dialog_of_any_width(self):
        self.lift_policy()
        self.begin()
        self.give([file("road.jpg"), ["IMG_1.HEIC", "", base64.b64encode(b"\0\0\0\x18ftypheic").decode()]])
        expect(self.dialog.locator("img")).to_have_count(2)
        for width in (360, 1366):
            self.page.set_viewport_size({"width": width, "height": 800})
            assert self.found() == []
            assert self.dialog.evaluate("(dialog) => dialog.scrollWidth <= dialog.clientWidth")


class PickerTests(DroppingTestCase):
    def setUp(self):
        super().setUp()
        self.begin()

    @property
    def picker(self):
        return self.page.get_by_role("dialog", name="Picture from the library")

    def choose_files(self, *files):
        payload = [{"name": name, "mimeType": kind, "buffer": base64.b64decode(data)} for name, kind, data in files]
        self.picker.get_by_label("From this computer or phone").set_input_files(payload)

    def test_photos_of_a_phone_come_in_without_dropping_and_without_leaving(self):
        self.page.get_by_role("button", name="Picture from the library").first.click()
        self.choose_files(file("road.jpg"), file("lake.jpg", (800, 500)))
        self.describe("road.jpg", "A road")
        self.describe("lake.jpg", "A lake")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.picker).to_have_count(0)
        road, lake = (Image.objects.get(alt=alt).pk for alt in ("A road", "A lake"))
        first = f'<figure data-image="{road}"><figcaption></figcaption></figure>'
        second = f'<figure data-image="{lake}" data-apart=""><figcaption></figcaption></figure>'
        assert self.body() == f"<p>First.</p>{first}{second}<p>Last.</p>"

    def test_nothing_opens_after_the_library_was_left(self):
        self.page.get_by_role("button", name="Picture from the library").first.click()
        held = []
        self.page.route(f"**{UPLOAD}", lambda route: held.append(route))
        self.choose_files(file("road.jpg"))
        self.page.wait_for_timeout(150)
        self.page.keyboard.press("Escape")
        expect(self.picker).to_have_count(0)
        for route in held:
            route.continue_()
        self.page.wait_for_load_state("networkidle")
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def test_several_of_the_library_are_chosen_in_their_order(self):
        self.page.get_by_role("button", name="Picture from the library").first.click()
        self.picker.get_by_role("button", name="Choose several").click()
        for title in ("Lake at dawn", "Mountain road"):
            self.picker.get_by_role("button", name=title).click()
        expect(self.picker.get_by_role("button", name="Lake at dawn")).to_have_attribute("aria-pressed", "true")
        self.picker.get_by_role("button", name="Put 2 into the text").click()
        expect(self.page.locator(".tiptap figure")).to_have_count(2)
        lake, road = (picture.pk for picture in self.pictures)
        assert [int(pk) for pk in re.findall(r'data-image="(\d+)"', self.body())] == [lake, road]
        assert "data-apart" not in self.body()

    def test_photos_of_a_phone_are_a_series_when_several_were_asked_for(self):
        self.page.get_by_role("button", name="Picture from the library").first.click()
        self.picker.get_by_role("button", name="Choose several").click()
        self.choose_files(file("road.jpg"), file("lake.jpg", (800, 500)))
        self.describe("road.jpg", "A road")
        self.describe("lake.jpg", "A lake")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.page.locator(".tiptap figure[data-series]")).to_have_count(1)
        assert "data-apart" not in self.body()

    def test_lead_picture_comes_from_the_disk(self):
        if not self.page.locator("[data-choose-picture]").is_visible():
            self.page.locator("[data-panel=picture] > summary").click()
        self.page.locator("[data-choose-picture]").click()
        expect(self.picker.get_by_role("button", name="Choose several")).to_be_hidden()
        self.choose_files(file("road.jpg"))
        self.describe("road.jpg", "A road")
        self.dialog.locator("#shared-credit").fill("Our own")
        self.send()
        expect(self.picker).to_have_count(0)
        expect(self.page.locator("#id_lead_image")).to_have_value(str(Image.objects.get(alt="A road").pk))


class TextsTests(DroppingTestCase):
    def texts(self):
        return self.page.get_by_role("dialog", name="Texts of “Lake at dawn”")

    def begin(self):
        self.log_in("chief")
        figure = f'<figure data-image="{self.pictures[0].pk}"></figure>'
        article = make_article(section=self.theme, body=f"<p>First.</p>{figure}", lead_image=self.pictures[0])
        self.open(article.get_absolute_url())

    def test_texts_are_typed_where_the_picture_stands_in_the_text(self):
        self.begin()
        figure = self.page.locator(".tiptap figure")
        figure.hover()
        figure.get_by_role("button", name="Alternative text, caption and credit").click()
        self.texts().get_by_label("Credit").fill("")
        self.texts().get_by_role("button", name="Save the texts").click()
        expect(self.texts()).to_contain_text("This field is required")
        self.texts().get_by_label("Credit").fill("Agency")
        self.texts().get_by_label("Alternative text").fill("Ice on a lake")
        self.texts().get_by_role("button", name="Save the texts").click()
        expect(self.texts()).to_have_count(0)
        expect(figure.locator("img")).to_have_attribute("alt", "Ice on a lake")
        expect(figure).to_contain_text("Agency")
        image = Image.objects.get(pk=self.pictures[0].pk)
        assert (image.alt, image.credit) == ("Ice on a lake", "Agency")

    def open_texts(self):
        figure = self.page.locator(".tiptap figure")
        figure.hover()
        figure.get_by_role("button", name="Alternative text, caption and credit").click()

    def test_texts_are_saved_after_a_log_in_in_another_tab(self):
        self.begin()
        self.open_texts()
        self.page.evaluate(
            "document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach((one) => (one.value = 'x'.repeat(64)))"
        )
        self.texts().get_by_label("Credit").fill("Agency")
        self.texts().get_by_role("button", name="Save the texts").click()
        expect(self.texts()).to_have_count(0)
        assert Image.objects.get(pk=self.pictures[0].pk).credit == "Agency"

    def test_library_that_does_not_answer_offers_nothing_to_save(self):
        self.begin()
        self.page.route("**/texts/", lambda route: route.fulfill(status=500, body="no"))
        self.open_texts()
        dialog = self.page.get_by_role("dialog", name="Texts of the picture")
        expect(dialog).to_contain_text("The library does not answer. Check your connection")
        expect(dialog.get_by_role("button")).to_have_text(["Close"])
        self.troubles.clear()  # the browser tells of the failed request

    def test_typed_texts_are_not_thrown_away_by_one_key(self):
        self.begin()
        self.page.route("**/texts/", lambda route: (self.page.wait_for_timeout(300), route.continue_()))
        self.open_texts()
        self.page.locator(".tiptap figure .editor-tools button").nth(1).click(force=True)
        expect(self.texts()).to_have_count(1)
        for words in ("Ice", "Ice and snow"):
            self.texts().get_by_label("Alternative text").fill(words)
            self.page.keyboard.press("Escape")
            expect(self.texts()).to_contain_text("would be lost")
        self.texts().get_by_role("button", name="Cancel").click()
        self.page.wait_for_timeout(500)
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        self.open_texts()
        expect(self.texts()).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(self.texts()).to_have_count(0)  # nothing was typed

    def test_texts_of_the_lead_picture_are_typed_in_its_panel(self):
        self.begin()
        if not self.page.locator("[data-picture-texts]").is_visible():
            self.page.locator("[data-panel=picture] > summary").click()
        self.page.locator("[data-picture-texts]").click()
        self.texts().get_by_label("Alternative text").fill("Ice on a lake")
        self.page.keyboard.press("Enter")
        expect(self.texts()).to_have_count(0)
        expect(self.page.locator("[data-cut=wide]")).to_have_attribute("alt", "Ice on a lake")
        assert Image.objects.get(pk=self.pictures[0].pk).alt == "Ice on a lake"

    def test_axe_finds_nothing_in_the_dialog(self):
        self.lift_policy()
        self.begin()
        self.page.locator(".tiptap figure").hover()
        self.page.get_by_role("button", name="Alternative text, caption and credit").first.click()
        expect(self.texts()).to_be_visible()
        assert self.found() == []
