"""What each bank's answer says, and what no bank's answer gets away with."""

import re
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.test import SimpleTestCase

from tickers import providers
from tickers.providers import NoRate, ProviderError, get_provider
from tickers.tests.stub_bank import FAULTS, TAJIK, nbkr

MONDAY, TUESDAY = date(2025, 12, 8), date(2025, 12, 9)
ONE = Decimal(1)
ANSWERS = {
    "nbkr": nbkr(TUESDAY, "88,1350"),
    "nbk": """<?xml version="1.0" encoding="utf-8"?><rates><title>Rates</title><date>09.12.2025</date>
        <item><fullname>ДОЛЛАР США</fullname><title>USD</title><description>512.34</description><quant>1</quant>
        <index></index><change>0.00</change></item>
        <item><fullname>ИРАНСКИЙ РИАЛ</fullname><title>IRR</title><description>12</description><quant>1000</quant>
        <index>UP</index><change>+0.10</change></item></rates>""".encode(),
    "nbt": TAJIK,
    "cbu": b"""[{"id":69,"Code":"840","Ccy":"USD","Nominal":"1","Rate":"12015.77","Diff":"-3","Date":"09.12.2025"},
        {"id":"57","Code":"643","Ccy":"RUB","Nominal":1,"Rate":151,"Diff":"0","Date":"09.12.2025"}]""",
    "cbt": b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<cbt_currency_rate>\r\n<date>09.12.2025</date>
        <rate code="USD"><rate_usd>1</rate_usd><multiplier>1</multiplier><rate_tmt>3.5</rate_tmt></rate>
        <rate code="EUR"><rate_usd>1.16</rate_usd><multiplier>1</multiplier><rate_tmt>4.06</rate_tmt></rate>
        <rate code="UZS"><rate_usd>12015</rate_usd><multiplier>1000</multiplier><rate_tmt>0.2913</rate_tmt></rate>
        </cbt_currency_rate>""",
    "cbr": """<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="09.12.2025" name="Foreign Currency Market">
        <Valute ID="R01235"><NumCode>840</NumCode><CharCode>USD</CharCode><Nominal>1</Nominal><Name>Доллар США</Name>
        <Value>76,2840</Value></Valute><Valute ID="R01710A"><CharCode>TMT</CharCode><Nominal>1</Nominal>
        <Value>21,7954</Value></Valute><Valute ID="R01370"><CharCode>KGS</CharCode><Nominal>100</Nominal>
        <Name>Сомов</Name><Value>86,5540</Value></Valute></ValCurs>""".encode("cp1251"),
    "ecb": b"""<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope
        xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
        <Cube><Cube time="2025-12-09"><Cube currency="USD" rate="1.1640"/><Cube currency="JPY" rate="181.2"/></Cube>
        <Cube time="2025-12-08"><Cube currency="USD" rate="1.1650"/></Cube></Cube></gesmes:Envelope>""",
}
QUOTES = {
    "nbkr": [("KGS", "USD", ONE / Decimal("88.1350")), ("USD", "KGS", Decimal("88.1350"))],
    "nbk": [("KZT", "USD", ONE / Decimal("512.34")), ("IRR", "USD", Decimal("0.012") / Decimal("512.34"))],
    "nbt": [("TJS", "USD", ONE / Decimal("9.2345"))],
    "cbu": [("UZS", "USD", ONE / Decimal("12015.77")), ("RUB", "UZS", Decimal(151))],
    "cbt": [
        ("TMT", "USD", ONE / Decimal("3.5")),
        ("UZS", "TMT", Decimal("0.0002913")),
        ("EUR", "TMT", Decimal("4.06")),
    ],
    "cbr": [("KGS", "USD", Decimal("0.865540") / Decimal("76.2840")), ("TMT", "USD", Decimal("0.28571391118"))],
    "ecb": [("EUR", "USD", Decimal("1.1640")), ("USD", "JPY", Decimal("181.2") / Decimal("1.1640"))],
}
OTHER_ANSWERS = {  # of other days and addresses: the same of each bank's rates in another shape
    "nbk": b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Official rates</title>
        <link>www.nationalbank.kz</link><description>Official rates</description>
        <item><title>USD</title><pubDate>09.12.25</pubDate><description>512.34</description><quant>1</quant>
        <index>UP</index><change>+0.10</change><link/></item>
        <item><title>IRR</title><pubDate>09.12.25</pubDate><description>12</description><quant>1000</quant>
        <index/><change>0.00</change><link/></item></channel></rss>""",
    "cbt": ANSWERS["cbt"].replace(b"09.12.2025", b"2025-12-09"),  # as until 2023
}


def read(code, answer=None, asked=None):
    source = get_provider(code)
    return source.pick(source.read(ANSWERS[code] if answer is None else answer), asked)


class AnswerTests(SimpleTestCase):
    def test_every_bank_is_understood(self):
        for code, answer in [*ANSWERS.items(), *OTHER_ANSWERS.items()]:
            sheet = read(code, answer)
            for base, quote, value in QUOTES[code]:
                with self.subTest(code, pair=f"{base}/{quote}", answer=answer[:60]):
                    found = sheet.quote(base, quote)
                    assert (found.effective_date, found.provider) == (TUESDAY, code)
                    assert abs(found.value / value - 1) < Decimal("1e-10")

    def test_every_source_that_is_fetched_has_a_sample_of_its_answer_and_what_it_says(self):
        asked = {source.code for source in providers.ALL.values() if source.is_fetched}
        assert asked == ANSWERS.keys() == QUOTES.keys(), "A new provider needs a sample answer here."
        assert all(QUOTES.values())
        assert asked > OTHER_ANSWERS.keys()

    def test_feed_of_several_days_gives_a_sheet_for_each(self):
        tomorrow = OTHER_ANSWERS["nbk"].replace(b"09.12.25", b"10.12.25", 1)
        assert read("nbk", tomorrow).effective_date == date(2025, 12, 10)
        assert read("nbk", tomorrow, TUESDAY).quote("IRR", "KZT").value == Decimal("0.012")

    def test_feed_without_a_date_or_without_items_is_no_answer(self):
        undated = OTHER_ANSWERS["nbk"].replace(b"09.12.25", b"Tue, 9 Dec", 1)
        with self.assertRaisesMessage(ProviderError, "no date that can be read"):
            read("nbk", undated)
        with self.assertRaises(NoRate):
            read("nbk", b"<rss><channel></channel></rss>")

    def test_exact_to_far_more_digits_than_the_bank_gives(self):
        value = read("cbu").quote("UZS", "USD").value
        assert abs(value * Decimal("12015.77") - 1) < Decimal("1e-30")

    def test_nominal_is_kept(self):
        assert read("cbr").quote("KGS", "RUB").nominal == 100

    def test_no_bank_takes_another_banks_answer(self):
        for code in ANSWERS:
            for other, answer in ANSWERS.items():
                if other != code:
                    with self.subTest(code, answer=other), self.assertRaises(ProviderError) as caught:
                        read(code, answer)
                    assert str(caught.exception).startswith(str(get_provider(code).name))

    def test_currency_that_is_missing_or_broken_spoils_no_other(self):
        sheet = read("nbkr", nbkr(rows=[("USD", "1", "88,1"), ("EUR", "1", "NaN"), ("CNY", "x", "12")]))
        assert sheet.quote("KGS", "USD").value
        for code, words in (("EUR", "EUR has “NaN”, which is no number"), ("CNY", "CNY has"), ("JPY", "it has no JPY")):
            with self.subTest(code), self.assertRaisesMessage(ProviderError, words):
                sheet.quote("KGS", code)

    def test_zero_and_less_are_told_as_they_are(self):
        for value in ("0", "0,0000", "-1"):
            assert read("nbkr", nbkr(dollar=value)).quote("KGS", "USD").value <= 0

    def test_numbers_as_people_write_them(self):
        for written in ("12 015,77", "12\u00a0015.77", " 12015.77\n", "+12015.77"):
            with self.subTest(written):
                assert read("nbkr", nbkr(dollar=written)).quote("USD", "KGS").value == Decimal("12015.77")
        for written in ("12,015.77", "1.2e4", "0x10", "١٢", "12..5", "", "--1", ".5", "9" * 31):
            with self.subTest(written), self.assertRaisesMessage(ProviderError, "USD has"):
                read("nbkr", nbkr(dollar=written)).quote("USD", "KGS")

    def test_json_that_is_no_list_of_rates(self):
        bad = {
            b"{}": "no list of rates",
            b"[1]": "no list of the bank",
            b'[{"Ccy":"USD","Rate":"1"}]': "no list of the bank",
            b"[" * 100_000: "broken or cut off",
            ANSWERS["cbu"].replace(b'09.12.2025"}]', b'08.12.2025"}]'): "different days",
        }
        for answer, words in bad.items():
            with self.subTest(answer[:30]), self.assertRaisesMessage(ProviderError, words):
                read("cbu", answer)


class DayTests(SimpleTestCase):
    def test_day_that_was_asked_for_is_found_in_a_long_answer(self):
        assert read("ecb", asked=MONDAY).quote("EUR", "USD").value == Decimal("1.1650")
        assert read("ecb").effective_date == TUESDAY

    def test_another_day_than_asked_is_refused_with_both(self):
        with self.assertRaisesMessage(ProviderError, "the rates of 2025-12-09 when asked for those of 2025-12-01"):
            read("nbt", asked=date(2025, 12, 1))
        for code in ("nbk", "cbr", "cbu"):
            with self.assertRaisesMessage(ProviderError, "when asked for those of"):
                read(code, asked=MONDAY)

    def test_day_without_rates_is_no_failure(self):
        empty = b"<rates><date>07.12.2025</date></rates>"
        for code, answer, asked in (
            ("nbk", empty, None),
            ("cbu", b"[]", None),
            ("cbr", None, date(2025, 12, 10)),
            ("ecb", None, date(2025, 12, 7)),
        ):
            with self.subTest(code), self.assertRaises(NoRate):
                read(code, answer, asked)

    def test_addresses_name_the_day(self):
        monday = {code: get_provider(code).addresses(MONDAY, TUESDAY) for code in ANSWERS}
        assert monday["nbkr"] == []
        assert monday["nbk"] == ["https://nationalbank.kz/rss/get_rates.cfm?fdate=08.12.2025"]
        assert monday["nbt"] == ["https://www.nbt.tj/en/kurs/export_xml.php?date=2025-12-08&export=xmlout"]
        assert monday["cbu"] == ["https://cbu.uz/en/arkhiv-kursov-valyut/json/all/2025-12-08/"]
        assert monday["cbt"] == ["https://cbt.tm/kurs/2025/08122025.xml"]
        assert monday["cbr"] == ["https://www.cbr.ru/scripts/XML_daily.asp?date_req=08/12/2025"]
        assert monday["ecb"] == ["https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml"]
        assert get_provider("cbt").addresses(None, MONDAY)[1] == "https://cbt.tm/kurs/2025/06122025.xml"  # not Sunday
        for code in ANSWERS:
            assert all(one.startswith("https://") for one in get_provider(code).addresses(None, TUESDAY))

    def test_every_source_says_who_it_is_and_what_it_asks(self):
        for source in providers.ALL.values():
            assert str(source.name)
            if source.is_fetched:
                assert source.home.startswith("https://")
                assert str(source.terms).endswith(".")


class DocsTests(SimpleTestCase):
    def test_example_of_the_docs_reads_the_answer_beside_it(self):
        text = (settings.BASE_DIR / "docs" / "developers.md").read_text()
        code = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
        names = {}
        exec(code, names)
        bank = names["Bank"]()
        answer = re.search(r"`(<Rates .*?</Rates>)`", text)[1].encode()
        sheet = bank.pick(bank.read(answer), TUESDAY)
        assert sheet.quote("USD", "XNW").value == Decimal("12.5")
        assert bank.addresses(None, MONDAY) == ["https://bank.example/rates.xml?day=08.12.2025"]


class FaultTests(SimpleTestCase):
    def test_there_are_many_faults(self):
        assert len([fault for fault in FAULTS.values() if not fault.taken]) >= 25
