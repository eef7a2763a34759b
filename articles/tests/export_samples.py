"""A body with every block and sign that the editor offers, for the tests of each format."""

from articles.exporting.body_blocks import BlockKind

SAMPLES = {  # each with words of its own, “[picture]” for the number of a picture and “[story]” for that of a story
    BlockKind.PARAGRAPH: (
        "<p>Plainwords <strong>strongwords</strong> <em>emwords</em> H<sub>2</sub>O 10<sup>6</sup>"
        '<br>brokenline <a href="/latest/" title="t">linkwords</a> &amp; ]]&gt; 1 &lt; 2 * _ [x] `'
        ' <data data-rate="KGS/USD">KGS/USD</data>'
        '<span data-footnote="">Notewords <em>inside</em> <a href="https://a.example/?a=1&amp;b=2">noteslink</a></span></p>'
    ),
    BlockKind.HEADING: "<h2>Headingtwo</h2><h3>Headingthree</h3>",
    BlockKind.LIST: (
        "<ul><li><p>Bulletone</p><ul><li><p>Innerbullet</p></li></ul></li></ul>"
        '<ol start="3"><li><p>Numberthree</p></li></ol>'
    ),
    BlockKind.QUOTATION: "<blockquote><p>Quotedwords</p><p>Quotedsecond</p></blockquote>",
    BlockKind.TABLE: (
        '<table><tbody><tr><th colspan="2"><p>Headcell</p></th></tr><tr><td><p>Cellone</p></td><td><p>Celltwo</p></td>'
        "</tr></tbody></table>"
    ),
    BlockKind.PICTURE: (
        '<figure data-image="[picture]"><figcaption>Captionwords</figcaption></figure><p>Betweenwords</p>'
    ),
    BlockKind.SERIES: (
        '<figure data-image="[picture]"><figcaption>Seriesone</figcaption></figure>'
        '<figure data-image="[picture]"><figcaption>Seriestwo</figcaption></figure>'
    ),
    BlockKind.EMBED: (
        '<figure data-embed="https://youtu.be/abcdefghijk"><figcaption>Embedcaption</figcaption></figure>'
        '<figure data-embed="https://unknown.example/page"></figure>'
        '<figure data-embed="https://sound.example/a.mp3"></figure>'
    ),
    BlockKind.CHART: '<figure data-chart="KGS/USD 3m"><figcaption>Chartcaption</figcaption></figure>',
    BlockKind.READ_ALSO: '<figure data-read-also="[story]"></figure>',
    BlockKind.PULL_QUOTE: (
        '<aside data-pull-quote=""><p>Pulledwords</p><p data-speaker="name">Speakername</p>'
        '<p data-speaker="role">Speakerrole</p></aside>'
    ),
    BlockKind.FACT_BOX: '<aside data-fact-box=""><h3>Facthead</h3><p>Factwords</p></aside>',
}
WORDS = (
    "Plainwords strongwords emwords brokenline linkwords Notewords inside noteslink Headingtwo Headingthree Bulletone "
    "Innerbullet Numberthree Quotedwords Quotedsecond Headcell Cellone Celltwo Captionwords Betweenwords Seriesone "
    "Seriestwo Embedcaption unknown.example sound.example Chartcaption KGS/USD Pulledwords Speakername Speakerrole "
    "Facthead Factwords Readalsoheadline"
).split()


def whole_body(picture: int, story: int) -> str:
    """A text with all samples, its pictures and “Read also” leading to these rows."""
    html = "".join(SAMPLES.values())
    return html.replace("[picture]", str(picture)).replace("[story]", str(story))
