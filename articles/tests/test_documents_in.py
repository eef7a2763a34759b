import io
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
from django.test import SimpleTestCase
from docx.enum.text import WD_BREAK
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from articles.body.markup import clean, plain_text
from articles.importing.documents import document_media, read_document
from articles.importing.items import ReadingError, ReadingReport, SourceMedia, SourceSite, SourceState, SourceStory
from articles.tests.word_documents import (
    cell,
    field,
    item,
    make_document,
    paragraph,
    picture,
    relationship,
    table,
    words,
)

PICTURE = relationship("rPic", "image", "media/image1.png"), relationship("rTwo", "image", "/word/media/image2.png")
HEAD = paragraph("Заголовок", style="T")


class DocumentTestCase(SimpleTestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def read(self, *body, **parts):
        """The story of a made document; a headline by its style stands before everything."""
        path = make_document(self.folder / "Паводок.docx", HEAD, *body, **parts)
        return self.read_file(path)

    def read_file(self, path):
        self.report = ReadingReport()
        self.items = list(read_document(str(path), self.report))
        (story,) = [item for item in self.items if isinstance(item, SourceStory)]
        return story

    def kinds(self):
        return {finding.kind for finding in self.report.findings}

    def text(self, *body, **parts):
        return self.read(*body, **parts).text


class StoryTests(DocumentTestCase):
    def test_a_document_is_one_draft_with_its_pictures_before_it(self):
        story = self.read(paragraph(picture(alt="Река")), links="".join(PICTURE))
        assert [type(item) for item in self.items] == [SourceSite, SourceMedia, SourceStory]
        assert (story.key, story.kind, story.format) == ("document:Паводок.docx", "story", "body")
        assert story.state == SourceState.DRAFT
        media = self.items[1]
        assert (media.key, media.address) == ("file:word/media/image1.png", "docx:word/media/image1.png")
        assert story.text == '<figure data-media="file:word/media/image1.png" data-alt="Река"></figure>'
        assert self.report.counts == {"documents": 1, "pictures": 1}

    def test_title_and_subtitle_are_headline_and_standfirst(self):
        story = self.read(paragraph("Коротко", style="S"), paragraph("Текст"))
        assert (story.title, story.standfirst, story.text) == ("Заголовок", "Коротко", "<p>Текст</p>")

    def test_a_heading_at_the_beginning_is_the_headline_without_a_title(self):
        path = make_document(self.folder / "a.docx", paragraph("Первый", style="1"), paragraph("Д", style="2"))
        story = self.read_file(path)
        assert (story.title, story.text) == ("Первый", "<h2>Д</h2>")

    def test_without_any_the_title_of_the_file_or_its_name_is_the_headline(self):
        core = "<dc:title>О реке</dc:title><dc:creator>Айгуль</dc:creator>"
        core += "<dcterms:modified>2025-12-08T10:00:00Z</dcterms:modified>"
        path = make_document(self.folder / "b.docx", paragraph("Текст"), core=core)
        story = self.read_file(path)
        assert (story.title, story.text) == ("О реке", "<p>Текст</p>")
        assert dict(story.attributes) == {"creator": "Айгуль"}
        assert story.modified_at == datetime(2025, 12, 8, 10, tzinfo=UTC)
        story = self.read_file(make_document(self.folder / "Из Нарына.docx", paragraph("Текст")))
        assert story.title == "Из Нарына"

    def test_the_language_is_that_of_most_words_and_english_only_if_the_words_can_be(self):
        russian, english = '<w:lang w:val="ru-RU"/>', '<w:lang w:val="en-GB"/>'
        assert self.read(paragraph(words("Длинный текст", russian), words("ok", english))).language == "ru-RU"
        assert self.read(paragraph(words("Длинный текст", english))).language == ""
        assert self.read(paragraph(words("A long text of the paper", english))).language == "en-GB"
        theme = '<w:themeFontLang w:val="ky-KG"/>'
        assert self.read(paragraph("Узун текст"), settings=theme).language == "ky-KG"


class ParagraphTests(DocumentTestCase):
    def test_headings_by_style_chain_and_outline_have_two_levels(self):
        outline = '<w:outlineLvl w:val="4"/>'
        body = paragraph("А", style="2"), paragraph("Б", style="Own"), paragraph("В", properties=outline)
        assert self.text(paragraph("0", style="1"), *body) == "<h2>0</h2><h3>А</h3><h3>Б</h3><h3>В</h3>"
        assert self.text(*body) == "<h2>А</h2><h2>Б</h2><h3>В</h3>"

    def test_neighbours_of_one_quotation_stand_together(self):
        body = paragraph("Раз", style="Q"), paragraph("Два", style="Q"), paragraph("Три")
        assert self.text(*body) == "<blockquote><p>Раз</p><p>Два</p></blockquote><p>Три</p>"

    def test_runs_that_look_alike_share_their_markup(self):
        bold, off = "<w:b/>", '<w:b w:val="0"/>'
        body = paragraph(words("Жир", bold), words("ный ", bold), words("и", off), words(" тонкий", "<w:i/>"))
        assert self.text(body) == "<p><strong>Жирный </strong>и<em> тонкий</em></p>"
        named = '<w:rStyle w:val="Sup"/>'
        assert self.text(paragraph("м", words("2", named))) == "<p>м<strong><sup>2</sup></strong></p>"
        moved = '<w:position w:val="-2"/><w:sz w:val="19"/>'
        assert self.text(paragraph("H", words("2", moved), "O")) == "<p>H<sub>2</sub>O</p>"

    def test_breaks_hyphens_tabs_and_blanks_within_words(self):
        runs = "<w:r><w:t>  Кыр</w:t><w:softHyphen/><w:t>гыз</w:t><w:br/><w:t>10</w:t><w:noBreakHyphen/><w:t>й</w:t>"
        runs += '<w:tab/><w:t>год</w:t><w:br w:type="page"/><w:cr/></w:r>'
        assert self.text(paragraph(runs)) == "<p>Кыр\u00adгыз<br>10\u2011й год</p>"

    def test_words_in_controls_smart_tags_and_other_wrappers_stay_and_prompts_do_not(self):
        wrapped = f"<w:smartTag><w:customXml>{words('Раз ')}</w:customXml></w:smartTag>"
        wrapped += f"<w:sdt><w:sdtPr/><w:sdtContent>{words('два ')}</w:sdtContent></w:sdt>"
        wrapped += f"<w:bdo>{words('три')}</w:bdo>"
        prompt = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{words('Введите')}</w:sdtContent></w:sdt>"
        block = f"<w:sdt><w:sdtContent>{paragraph('Четыре')}</w:sdtContent></w:sdt>"
        assert self.text(paragraph(wrapped, prompt), block) == "<p>Раз два три</p><p>Четыре</p>"

    def test_what_is_hidden_struck_out_or_known_to_a_font_alone_is_told(self):
        sign = '<w:r><w:sym w:font="Wingdings" w:char="F04A"/><w:sym w:font="Arial" w:char="2116"/></w:r>'
        text = self.text(paragraph(words("тайна", "<w:vanish/>"), words("зря", "<w:strike/>"), sign))
        assert text == "<p>зря№</p>"
        assert self.kinds() == {"hidden text", "struck out", "sign of a font"}

    def test_a_table_of_contents_is_left_out_and_told(self):
        gallery = '<w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        control = f"<w:sdt>{gallery}<w:sdtContent>{paragraph('Оглавление')}</w:sdtContent></w:sdt>"
        assert self.text(control, paragraph("Глава 1", style="TOC1"), paragraph("Текст")) == "<p>Текст</p>"
        assert self.kinds() == {"table of contents"}

    def test_a_formula_keeps_its_signs(self):
        formula = "<m:oMathPara><m:oMath><m:r><m:t>E=mc</m:t></m:r></m:oMath></m:oMathPara>"
        assert self.text(formula) == "<p>E=mc</p>"
        assert self.kinds() == {"formula"}


class LinkTests(DocumentTestCase):
    links = relationship("rA", "hyperlink", "https://paper.example/a?b=1&amp;c=2", "External")

    def test_links_by_relationship_and_by_field(self):
        hyperlink = f'<w:hyperlink r:id="rA" w:anchor="x" w:tooltip="О">{words("ту")}{words("да")}</w:hyperlink>'
        opening = '<a href="https://paper.example/a?b=1&amp;c=2#x" title="О">'
        assert self.text(paragraph(hyperlink), links=self.links) == f"<p>{opening}туда</a></p>"
        code = "HYPERLINK &quot;https://paper.example/f&quot; \\l &quot;end&quot; \\o &quot;x&quot;"
        linked = '<p>до <a href="https://paper.example/f#end">тут</a> после</p>'
        assert self.text(paragraph("до ", field(code, "тут"), " после")) == linked
        simple = '<w:fldSimple w:instr=" HYPERLINK https://paper.example/s ">' + words("там") + "</w:fldSimple>"
        assert self.text(paragraph(simple)) == '<p><a href="https://paper.example/s">там</a></p>'

    def test_links_within_the_document_and_to_a_computer_keep_their_words(self):
        inner = f'<w:hyperlink w:anchor="_Toc1">{words("см. ниже")}</w:hyperlink>'
        body = paragraph(inner, field("HYPERLINK \\l &quot;_Toc2&quot;", " и тут"))
        assert self.text(body) == "<p>см. ниже и тут</p>"
        assert self.kinds() == set()
        assert self.text(paragraph(field("HYPERLINK &quot;file:///C:/a.doc&quot;", "файл"))) == "<p>файл</p>"
        assert self.kinds() == {"link"}

    def test_codes_of_fields_are_no_words_also_of_one_that_never_ends(self):
        nested = '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>IF </w:instrText></w:r>' + field("PAGE", "3")
        nested += '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + words("да")
        nested += '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        open_field = '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DATE</w:instrText></w:r>'
        body = paragraph(nested, field("SEQ Рисунок", " 1")), paragraph(open_field), paragraph("Дальше")
        assert self.text(*body) == "<p>да 1</p><p>Дальше</p>"


class ListTests(DocumentTestCase):
    def test_lists_nest_and_have_numbers_or_none(self):
        body = item("раз"), item("внутри", 2, 1), item("и ещё", 2, 1), item("два"), paragraph("по стилю", style="L")
        assert self.text(*body) == (
            "<ul><li><p>раз</p><ol><li><p>внутри</p></li><li><p>и ещё</p></li></ol></li>"
            "<li><p>два</p></li><li><p>по стилю</p></li></ul>"
        )

    def test_a_list_goes_on_after_a_paragraph_and_begins_where_it_says(self):
        body = item("1", 2), item("2", 2), paragraph("между"), item("3", 2), item("7", 3)
        assert self.text(*body) == (
            "<ol><li><p>1</p></li><li><p>2</p></li></ol><p>между</p>"
            '<ol start="3"><li><p>3</p></li></ol><ol start="7"><li><p>7</p></li></ol>'
        )

    def test_an_inner_list_begins_anew_below_each_item(self):
        body = item("1", 2), item("а", 2, 1), item("2", 2), item("б", 2, 1)
        inner = "<li><p>{}</p><ol><li><p>{}</p></li></ol></li>"
        assert self.text(*body) == f"<ol>{inner.format(1, 'а')}{inner.format(2, 'б')}</ol>"

    def test_a_paragraph_that_leaves_the_list_of_its_style_is_none(self):
        outside = '<w:numPr><w:numId w:val="0"/></w:numPr>'
        assert self.text(paragraph("Текст", style="L", properties=outside)) == "<p>Текст</p>"


class TableTests(DocumentTestCase):
    def test_merged_cells_headers_and_lists_in_cells(self):
        down, further = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
        header = f"<w:trPr><w:tblHeader/></w:trPr>{cell('А')}{cell('Б')}{cell('В')}"
        first = cell("вниз", down) + cell("слито", '<w:gridSpan w:val="2"/>')
        second = cell("", further) + cell(item("раз")) + cell(paragraph("а") + paragraph("б"))
        assert self.text(table(header, first, second)) == (
            "<table><thead><tr><th>А</th><th>Б</th><th>В</th></tr></thead>"
            '<tbody><tr><td rowspan="2">вниз</td><td colspan="2">слито</td></tr>'
            "<tr><td><ul><li><p>раз</p></li></ul></td><td>а<br>б</td></tr></tbody></table>"
        )

    def test_a_table_of_one_cell_is_a_frame_and_one_within_another_its_words(self):
        inner = table(cell("1") + cell("2"))
        assert self.text(table(cell(paragraph("Врезка") + inner))) == (
            "<p>Врезка</p><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
        )
        assert self.text(table(cell("0") + cell(inner))) == (
            "<table><tbody><tr><td>0</td><td>1<br>2</td></tr></tbody></table>"
        )

    def test_pictures_of_a_table_follow_it(self):
        text = self.text(table(cell(paragraph(picture())) + cell("подпись")), links="".join(PICTURE))
        assert text.endswith('</table><figure data-media="file:word/media/image1.png"></figure>')


class PictureTests(DocumentTestCase):
    def figures(self, *body):
        return self.text(*body, links="".join(PICTURE)).replace("file:word/media/image", "")

    def test_a_caption_belongs_to_the_picture_above_it_else_below_it(self):
        caption = paragraph(field("SEQ Рис", "Рис. 1 "), "Река", style="C")
        expected = '<figure data-media="1.png"><figcaption>Рис. 1 Река</figcaption></figure>'
        assert self.figures(paragraph(picture()), caption) == expected
        assert self.figures(caption, paragraph(picture())) == expected
        assert self.figures(caption, paragraph("Текст")) == "<p>Рис. 1 Река</p><p>Текст</p>"

    def test_pictures_side_by_side_are_a_series_and_others_are_apart(self):
        pair = paragraph(picture(), picture("rTwo")), paragraph("Обе", style="C")
        assert self.figures(*pair, paragraph(picture())) == (
            '<figure data-media="1.png"><figcaption>Обе</figcaption></figure><figure data-media="2.png"></figure>'
            '<figure data-media="1.png" data-apart=""></figure>'
        )

    def test_pictures_stand_before_or_after_the_words_of_their_paragraph(self):
        body = paragraph(picture(), "Текст", picture("rTwo"))
        assert self.figures(body) == (
            '<figure data-media="1.png"></figure><p>Текст</p><figure data-media="2.png"></figure>'
        )

    def test_old_pictures_and_pictures_elsewhere(self):
        old = '<w:r><w:pict><v:shape alt="Старая"><v:imagedata r:id="rTwo"/></v:shape></w:pict></w:r>'
        assert self.figures(paragraph(old)) == '<figure data-media="2.png" data-alt="Старая"></figure>'
        outside = relationship("rOut", "image", "https://paper.example/a.png", "External")
        drawing = picture().replace("r:embed", "r:link").replace("rPic", "rOut")
        assert self.text(paragraph(drawing, "Текст"), links=outside) == "<p>Текст</p>"
        assert self.kinds() == {"linked picture"}
        chart = '<w:r><w:drawing><c:chart r:id="rC"/></w:drawing></w:r>'
        assert self.text(paragraph(chart)) == ""
        assert self.kinds() == {"diagram"}

    def test_a_box_of_text_is_read_once(self):
        def box(inner):
            choice = f"<w:drawing><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx></w:drawing>"
            fallback = f"<w:pict><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></w:pict>"
            either = f'<mc:Choice Requires="wps">{choice}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>'
            return f"<w:r><mc:AlternateContent>{either}</mc:AlternateContent></w:r>"

        boxed = '<p>Текст</p><aside data-fact-box=""><h3>Кто он</h3><p>Врач</p></aside>'
        inner = paragraph("Кто он", style="1") + paragraph("Врач")
        assert self.text(paragraph("Текст", box(inner))) == boxed
        framed = box(paragraph(picture()) + paragraph("Река", style="C"))
        assert self.figures(paragraph(framed)) == '<figure data-media="1.png"><figcaption>Река</figcaption></figure>'

    def test_the_bytes_of_a_picture_are_there_by_its_address_and_no_other_file(self):
        path = make_document(self.folder / "a.docx", HEAD, files=[("word/media/image1.png", b"bytes")])
        assert document_media(str(path), "docx:word/media/image1.png") == b"bytes"
        for name in ("docx:word/media/image9.png", "docx:../a.docx", "docx:/etc/passwd", ""):
            with self.assertRaisesMessage(ReadingError, "no picture"):
                document_media(str(path), name)


class NoteTests(DocumentTestCase):
    def test_footnotes_and_endnotes_stand_at_their_marks(self):
        def mark(kind, number, more=""):
            return f'<w:r><w:{kind}Reference {more} w:id="{number}"/>{"<w:t>*</w:t>" if more else ""}</w:r>'

        def note(kind, number, *inner):
            return f'<w:{kind} w:id="{number}">{"".join(inner)}</w:{kind}>'

        own = paragraph("<w:r><w:footnoteRef/></w:r>", " Отчёт", words(" 2024", "<w:i/>"))
        body = paragraph(
            "Паводок",
            mark("footnote", 2),
            " и ",
            mark("endnote", 2),
            "ещё",
            mark("footnote", 3, 'w:customMarkFollows="1"'),
            "!",
        )
        text = self.text(
            body,
            footnotes='<w:footnote w:type="separator" w:id="0"/>'
            + note("footnote", 2, own, paragraph("Вторая строка"))
            + note("footnote", 3, paragraph("Своя")),
            endnotes=note("endnote", 2, paragraph("В конце")),
        )
        assert text == (
            '<p>Паводок<span data-footnote="">Отчёт<em> 2024</em><br>Вторая строка</span> и '
            '<span data-footnote="">В конце</span>ещё<span data-footnote="">Своя</span>!</p>'
        )
        assert clean(text) == text
        assert self.kinds() == set()

    def test_a_mark_without_note_and_a_note_without_mark_are_told(self):
        note = f'<w:footnote w:id="5">{paragraph("Сирота")}</w:footnote>'
        self.text(paragraph("а", '<w:r><w:footnoteReference w:id="9"/></w:r>'), footnotes=note)
        assert self.kinds() == {"missing note", "note without mark"}

    def test_comments_become_notes_with_the_words_they_are_about(self):
        comments = (
            '<w:comment w:id="0" w:author="Бекзат" w:date="2025-12-08T10:00:00Z">'
            f"{paragraph('Проверить')}{paragraph('по актам')}</w:comment>"
            f'<w:comment w:id="1" w:author="Айгуль">{paragraph("Когда?")}</w:comment>'
            f'<w:comment w:id="2" w:author="">{paragraph("Ко всему")}</w:comment>'
        )
        body = (
            paragraph("Было ", '<w:commentRangeStart w:id="0"/>', "сто ", '<w:commentRangeStart w:id="1"/>', "домов"),
            '<w:commentRangeEnd w:id="1"/>',
            paragraph("и школа", '<w:commentRangeEnd w:id="0"/>', " рядом"),
        )
        story = self.read(*body, comments=comments)
        assert [(comment.author, comment.text, comment.quoted) for comment in story.comments] == [
            ("Бекзат", "Проверить\nпо актам", "сто домов и школа"),
            ("Айгуль", "Когда?", "домов"),
            ("", "Ко всему", ""),
        ]
        assert story.comments[0].at == datetime(2025, 12, 8, 10, tzinfo=UTC)
        assert "Проверить" not in story.text


class TrackedChangeTests(DocumentTestCase):
    def test_what_was_deleted_is_nowhere_and_what_was_inserted_or_moved_stands_once(self):
        gone = "<w:r><w:delText>СТЁРТО</w:delText><w:t>СТЁРТО</w:t></w:r>"
        runs = f"<w:del>{gone}</w:del><w:ins>{words('новое ')}<w:del>{gone}</w:del></w:ins>"
        moved = f"<w:moveFrom>{words('СТЁРТО')}</w:moveFrom>", f"<w:moveTo>{words('сюда')}</w:moveTo>"
        comments = f'<w:comment w:id="0" w:author="А">{paragraph("?", f"<w:del>{gone}</w:del>")}</w:comment>'
        note = f'<w:footnote w:id="2">{paragraph("сноска", f"<w:del>{gone}</w:del>")}</w:footnote>'
        marks = (
            '<w:commentRangeStart w:id="0"/>',
            '<w:r><w:footnoteReference w:id="2"/></w:r><w:commentRangeEnd w:id="0"/>',
        )
        deleted_block = f"<w:del>{paragraph('СТЁРТО')}</w:del><w:moveFrom>{paragraph('СТЁРТО')}</w:moveFrom>"
        body = paragraph(marks[0], "Старое ", runs, *moved, marks[1]), deleted_block
        story = self.read(*body, comments=comments, footnotes=note)
        assert story.text == '<p>Старое новое сюда<span data-footnote="">сноска</span></p>'
        assert "СТЁРТО" not in repr(self.items) + repr(self.report)
        assert story.comments[0].quoted == "Старое новое сюда"

    def test_a_paragraph_whose_mark_was_deleted_goes_on_in_the_next(self):
        mark = "<w:rPr><w:del/></w:rPr>"
        body = paragraph("Один ", properties=mark), paragraph("", properties=mark), paragraph("абзац", style="2")
        assert self.text(*body) == "<h2>Один абзац</h2>"
        assert self.text(paragraph("Последний", properties=mark)) == "<p>Последний</p>"
        assert self.text(paragraph("До", properties=mark), table(cell("а") + cell("б"))).startswith("<p>До</p><table>")

    def test_deleted_rows_and_cells_are_not_there(self):
        rows = (
            f"<w:trPr><w:del/></w:trPr>{cell('СТЁРТО')}{cell('СТЁРТО')}",
            f"<w:trPr><w:ins/></w:trPr>{cell('а')}{cell('б')}",
        )
        cells = cell("в") + cell("СТЁРТО", "<w:cellDel/>") + cell("г")
        expected = "<table><tbody><tr><td>а</td><td>б</td></tr><tr><td>в</td><td>г</td></tr></tbody></table>"
        assert self.text(table(*rows, cells)) == expected


class LibraryTests(DocumentTestCase):
    """Documents as python-docx makes them."""

    def save(self, document):
        path = self.folder / "made.docx"
        document.save(path)
        return path

    def test_headings_lists_tables_pictures_and_looks(self):
        document = docx.Document()
        document.add_heading("Паводок в Оше", 0)
        document.add_paragraph("Коротко", style="Subtitle")
        document.add_heading("Что было", 1)
        line = document.add_paragraph("Вода ")
        line.add_run("поднялась").bold = True
        line.add_run(" быстро").italic = True
        line.add_run().add_break(WD_BREAK.LINE)
        line.add_run("к утру.")
        document.add_paragraph("сёла", style="List Bullet")
        document.add_paragraph("дороги", style="List Number")
        document.add_paragraph("Сказано так.", style="Intense Quote")
        rows = document.add_table(2, 2)
        rows.cell(0, 0).merge(rows.cell(0, 1)).text = "Итого"
        rows.cell(1, 0).text = "10"
        rows.cell(1, 1).text = "20"
        data = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(data, "PNG")
        document.add_picture(io.BytesIO(data.getvalue()))
        document.add_paragraph("Река", style="Caption")
        path = self.save(document)
        story = self.read_file(path)
        assert (story.title, story.standfirst) == ("Паводок в Оше", "Коротко")
        assert story.text == (
            "<h2>Что было</h2><p>Вода <strong>поднялась</strong><em> быстро</em><br>к утру.</p>"
            "<ul><li><p>сёла</p></li></ul><ol><li><p>дороги</p></li></ol>"
            "<blockquote><p>Сказано так.</p></blockquote>"
            '<table><tbody><tr><td colspan="2">Итого</td></tr><tr><td>10</td><td>20</td></tr></tbody></table>'
            '<figure data-media="file:word/media/image1.png"><figcaption>Река</figcaption></figure>'
        )
        assert document_media(str(path), self.items[1].address) == data.getvalue()
        assert clean(story.text.replace('data-media="file:word/media/image1.png"', 'data-image="7"')).count("<") > 20

    def test_comments_made_by_the_library(self):
        document = docx.Document()
        line = document.add_paragraph()
        run = line.add_run("Вода ушла")
        document.add_comment(run, text="Точно?", author="Бекзат", initials="Б")
        (comment,) = self.read_file(self.save(document)).comments
        assert (comment.author, comment.text, comment.quoted) == ("Бекзат", "Точно?", "Вода ушла")


class RefusalTests(DocumentTestCase):
    def refuse(self, message, data=None, path=None):
        path = path or self.folder / "file"
        if data is not None:
            path.write_bytes(data)
        with self.assertRaisesMessage(ReadingError, message):
            list(read_document(str(path), ReadingReport()))

    def archive(self, *files):
        path = self.folder / "archive"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files:
                archive.writestr(name, data)
        return path

    def test_other_files_are_refused_with_what_they_are(self):
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        self.refuse("old Word (.doc)", ole + b"WordDocument")
        self.refuse("locked with a password", ole + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
        self.refuse("Rich Text (.rtf)", b"{\\rtf1 a}")
        self.refuse("This is a PDF", b"%PDF-1.7")
        self.refuse("no Word document", b"<html>")
        self.refuse("no Word document", b"")
        self.refuse("damaged or cut off", b"PK\3\4" + b"\0" * 40)
        self.refuse("LibreOffice (.odt)", path=self.archive(("mimetype", "application/vnd.oasis.opendocument.text")))
        self.refuse("no Word document", path=self.archive(("a.txt", "a")))
        sheet = [
            ("[Content_Types].xml", "<Types/>"),
            ("_rels/.rels", f"<Relationships>{relationship('r', 'officeDocument', 'xl/book.xml')}</Relationships>"),
            ("xl/book.xml", "<workbook/>"),
        ]
        self.refuse("a file of Office", path=self.archive(*sheet))
        self.refuse("can’t be read", path=self.folder / "nowhere.docx")

    def test_damaged_and_hostile_xml_is_refused(self):
        self.refuse("damaged (word/document.xml)", path=make_document(self.folder / "a", document="<w:document"))
        entity = '<!DOCTYPE d [<!ENTITY a "aaaa">]><d>&a;</d>'
        self.refuse("damaged (word/document.xml)", path=make_document(self.folder / "b", document=entity))
        deep = "<w:p>" * 20_000 + "</w:p>" * 20_000
        self.refuse("nested deeper", path=make_document(self.folder / "c", deep, files=[("noise", noise(20_000))]))

    def test_what_unpacks_to_far_more_than_a_text_is_refused(self):
        self.refuse("unpacks to far more", path=make_document(self.folder / "a", paragraph(words("а" * 20_000_000))))
        many = [(f"word/{number}", "") for number in range(5001)]
        self.refuse("unpacks to far more", path=make_document(self.folder / "b", files=many))
        body = paragraph(words("а" * 15_000_000))
        path = make_document(self.folder / "c", body, files=[("noise", noise(300_000))])
        self.refuse("larger than any text", path=path)


def noise(size):
    """Bytes that can't be packed."""
    state, parts = 1, []
    for _number in range(size):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        parts.append(state >> 16 & 0xFF)
    return bytes(parts)


class BoundsTests(DocumentTestCase):
    def test_a_strict_document_is_read_like_any_other(self):
        strict = (
            '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>'
            f"{paragraph('Строгий')}</w:body></w:document>"
        )
        assert self.read_file(make_document(self.folder / "a.docx", document=strict)).text == "<p>Строгий</p>"

    def test_tens_of_thousands_of_elements_are_read_once_each(self):
        """Each shape has a way to cost the square of its size; read once, it takes a second."""
        marks = "".join(f'<w:commentRangeStart w:id="{number}"/>' for number in range(5_000))
        comments = "".join(f'<w:comment w:id="{number}"/>' for number in range(5_000))
        deleted = paragraph("", properties="<w:rPr><w:del/></w:rPr>") * 5_000
        note = '<w:r><w:footnoteReference w:id="2"/></w:r>'
        breaks = paragraph("<w:r>" + "<w:br/>" * 10_000 + "</w:r>", "а")
        wide = table(*[cell("") * 10] * 500)
        shapes = marks + paragraph("а") * 5_000, deleted, paragraph(note * 8_000), breaks, wide
        footnotes = f'<w:footnote w:id="2">{paragraph("б" * 10_000)}</w:footnote>'
        for shape in shapes:
            path = make_document(
                self.folder / "a.docx", shape, comments=comments, footnotes=footnotes, files=[("noise", noise(99_999))]
            )
            assert len(self.read_file(path).text) < 2_000_000

    @given(
        st.recursive(
            st.sampled_from(["", "а", "<w:t>а</w:t>"]),
            lambda inner: st.builds(
                lambda tag, parts: f"<w:{tag} w:val='1' w:id='1'>{''.join(parts)}</w:{tag}>",
                st.sampled_from(
                    "p r t tbl tr tc sdt sdtContent sdtPr del ins moveTo hyperlink pPr rPr numPr drawing pict "
                    "txbxContent fldChar instrText footnoteReference vMerge gridSpan tcPr trPr br sym".split()
                ),
                st.lists(inner, max_size=4),
            ),
            max_leaves=30,
        )
    )
    @settings(max_examples=60, deadline=None)
    def test_elements_in_any_order_are_read(self, xml):
        with tempfile.TemporaryDirectory() as folder:
            story = self.read_file(make_document(Path(folder) / "a.docx", xml))
            plain_text(clean(story.text))
