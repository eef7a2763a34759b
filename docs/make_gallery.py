"""Makes the pictures of docs/gallery.md: every kind of page, in four widths, light, dark and in print.

    .venv/bin/python -m docs.make_gallery http://127.0.0.1:8000

The server shows the demo paper with all its pictures' sizes made (``make run``, and a minute later). Each kind of page
becomes one picture: light at 390, 820, 1280 and 1920 pixels, dark at 390 and 1280, and its first printed page.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, sync_playwright

from newsroom import pages

PAGES = {
    "front": ("The front page", "/"),
    "section": ("A section", "/life-culture/"),
    "country": ("A country", "/kyrgyzstan/"),
    "article": ("News", "/2025/07/21/three-countries-to-study-trans-afghan-railway/"),
    "article-kyrgyz": ("An article in Kyrgyz", "/2025/11/26/boz-uy-bir-saatta-tigilgen-uy/"),
    "article-russian": ("An article in Russian", "/2025/11/10/issyk-kul-ozero-kotoroe-ne-zamerzaet/"),
    "series": ("A feature with a series of pictures", "/2025/11/14/pamir-highway-in-slow-stages/"),
    "opinion": ("Opinion", "/2025/09/02/in-praise-of-the-bazaar/"),
    "analysis": ("Analysis", "/2025/07/22/mongolias-president-in-bishkek/"),
    "author": ("An author", "/authors/rustam-qalam/"),
    "topic": ("A topic", "/topics/railways/"),
    "latest": ("Latest", "/latest/"),
    "corrections": ("Corrections", "/corrections/"),
    "search": ("What a search found", "/search/?q=Uzbekistan"),
    "nothing-found": ("Nothing found", "/search/?q=railwey"),
    "rates": ("All rates", "/rates/"),
    "pair": ("One pair", "/rates/kgs-usd/"),
    "about": ("A page of the paper", "/about/"),
    "feeds": ("Feeds", "/feeds/"),
    "missing": ("No such page", "/no-such-page/"),
}
SHOWN = {address.partition("?")[0] for _label, address in PAGES.values()}
PAGES |= {  # and all newer pages
    page.name: (page.name.removesuffix("_page").replace("_", " ").capitalize(), page.example)
    for page in pages.ALL
    if page.is_screen and page.is_fixed and page.example.partition("?")[0] not in SHOWN
}
SHOTS = (
    ("light", 390),
    ("light", 820),
    ("light", 1280),
    ("light", 1920),
    ("dark", 390),
    ("dark", 1280),
    ("print", 794),
)
SCALE = 0.28  # of a pixel on the screen
TALLEST = 3600  # pixels of a page that are shown
GAP, LINE = 14, 22
FLAGS = "--no-sandbox --disable-gpu --disable-quic --disable-background-networking --disable-sync".split()
ALL_PICTURES = """() => {
  for (const picture of document.querySelectorAll("picture")) picture.style.contentVisibility = "visible";
  for (const image of document.images) image.loading = "eager";
}"""
FOLDER = Path(__file__).resolve().parent


def shoot(browser: Browser, address: str, look: str, width: int) -> Image.Image:
    """Return one page in one look, reduced."""
    scheme = "dark" if look == "dark" else "light"
    page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme=scheme, reduced_motion="reduce")
    page.goto(address, wait_until="load")
    page.evaluate(ALL_PICTURES)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    if look == "print":
        page.emulate_media(media="print")
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    page.close()
    picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
    return picture.resize((round(picture.width * SCALE), round(picture.height * SCALE)), Image.Resampling.LANCZOS)


def sheet(browser: Browser, address: str) -> Image.Image:
    """Return all looks of one page, side by side."""
    shots = [shoot(browser, address, look, width) for look, width in SHOTS]
    width = sum(shot.width + GAP for shot in shots) + GAP
    ground = Image.new("RGB", (width, max(shot.height for shot in shots) + LINE + 2 * GAP), "#8f8a82")
    canvas, left = ImageDraw.Draw(ground), GAP
    for shot, (look, wide) in zip(shots, SHOTS, strict=True):
        canvas.text((left, GAP // 2), f"{wide} px, {look}", fill="white")
        ground.paste(shot, (left, LINE))
        left += shot.width + GAP
    return ground


def main() -> None:
    base = sys.argv[1].rstrip("/") if len(sys.argv) == 2 else sys.exit(__doc__)
    images = FOLDER / "images" / "gallery"
    images.mkdir(parents=True, exist_ok=True)
    lines = ["# The reader’s pages", "", "Every kind of page of the demo paper, made by `docs/make_gallery.py`.", ""]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for number, (name, (title, path)) in enumerate(PAGES.items(), start=1):
            sheet(browser, base + path).save(images / f"{name}.webp", quality=72, method=6)
            lines += [f"## {title}", "", f"![{title}](images/gallery/{name}.webp)", ""]
            print(f"[{number}/{len(PAGES)}] {title}")
        browser.close()
    (FOLDER / "gallery.md").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
