"""Documents of Word for tests, written as raw XML: shapes that no library makes."""

import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NAMESPACES = (
    f'xmlns:w="{W}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STYLES = "".join(
    f'<w:style w:type="paragraph" w:styleId="{number}"><w:name w:val="{name}"/>{based}</w:style>'
    for number, name, based in (
        ("a", "Normal", ""),
        ("1", "heading 1", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>'),
        ("2", "heading 2", ""),
        ("Own", "Наш подзаголовок", '<w:basedOn w:val="2"/>'),
        ("T", "Title", ""),
        ("S", "Subtitle", ""),
        ("C", "caption", ""),
        ("Q", "Quote", ""),
        ("L", "List Bullet", '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'),
        ("TOC1", "toc 1", ""),
    )
)
STYLES += (
    '<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Sup"><w:name w:val="Raised"/><w:basedOn w:val="Strong"/>'
    '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
)
LEVELS = "".join(
    f'<w:abstractNum w:abstractNumId="{number}">'
    + "".join(f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/></w:lvl>' for depth in range(3))
    + "</w:abstractNum>"
    for number, form in ((0, "bullet"), (1, "decimal"))
)
NUMBERING = (
    LEVELS
    + '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="1"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/>'
    "</w:lvlOverride></w:num>"
)
PARTS = {  # by their short names: the root element and the kind of relationship
    "styles": "w:styles",
    "numbering": "w:numbering",
    "footnotes": "w:footnotes",
    "endnotes": "w:endnotes",
    "comments": "w:comments",
    "settings": "w:settings",
}


def words(text, properties=""):
    """A run of words."""
    look = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs, style="", properties=""):
    """A paragraph of runs, or of plain words."""
    inner = "".join(run if run.startswith("<") else words(run) for run in runs)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr>{inner}</w:p>"


def item(text, number=1, depth=0):
    """A paragraph of a list."""
    numbering = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
    return paragraph(text, properties=numbering)


def field(code, shown):
    """A field in its long form."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{words(shown)}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def picture(number="rPic", alt=""):
    """A picture in a run."""
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" name="Picture 1" descr="{alt}"/><a:graphic><a:graphicData>'
        f'<a:blip r:embed="{number}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>'
    )


def table(*rows):
    """A table of rows of XML."""
    return "<w:tbl><w:tblPr/>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>"


def cell(text, properties=""):
    inner = text if text.startswith("<") else paragraph(text)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def relationship(number, kind, target, mode=""):
    outside = f' TargetMode="{mode}"' if mode else ""
    return f'<Relationship Id="{number}" Type="{OFFICE}/{kind}" Target="{target}"{outside}/>'


def make_document(path, *body, links="", core="", files=(), document="", **parts):
    """Write a .docx of paragraphs; ``parts`` are the inner XML of styles, footnotes and so on, ``links`` further
    relationships of the text, ``files`` pairs of a name and bytes, ``document`` the whole text part instead of a body.
    """
    parts = {"styles": STYLES, "numbering": NUMBERING} | parts
    related = "".join(relationship(f"r{name}", name, f"{name}.xml") for name in parts)
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"/>')
        rows = relationship("r1", "officeDocument", "word/document.xml")
        if core:
            rows += f'<Relationship Id="r2" Type="{package}/relationships/metadata/core-properties" Target="core.xml"/>'
            archive.writestr(
                "core.xml",
                f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
                f"{core}</cp:coreProperties>",
            )
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{package}/relationships">{rows}</Relationships>')
        text = document or f"<w:document {NAMESPACES}><w:body>{''.join(body)}<w:sectPr/></w:body></w:document>"
        archive.writestr("word/document.xml", text)
        archive.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{package}/relationships">{related}{links}</Relationships>',
        )
        for name, inner in parts.items():
            archive.writestr(f"word/{name}.xml", f"<{PARTS[name]} {NAMESPACES}>{inner}</{PARTS[name]}>")
        for name, data in files:
            archive.writestr(name, data)
    return path
