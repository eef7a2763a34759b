"""Values that PHP wrote: every type, bounded, and nothing of a broken one."""

from django.test import SimpleTestCase

from articles.importing.wxr.php_values import looks_serialized, read_php


class ReadTests(SimpleTestCase):
    def test_each_type(self):
        for written, value in [
            ("N;", None),
            ("b:1;", True),
            ("b:0;", False),
            ("i:-12;", -12),
            ("d:0.5;", 0.5),
            ("d:1.0E+25;", 1e25),
            ("d:-INF;", float("-inf")),
            ('s:0:"";', ""),
            ('s:4:"a";b";', 'a";b'),
            ('s:8:"вода";', "вода"),
            ("a:0:{}", {}),
            ('a:2:{i:0;s:1:"a";i:1;b:1;}', {"0": "a", "1": True}),
            ('a:1:{s:1:"a";a:1:{i:5;N;}}', {"a": {"5": None}}),
            ('O:8:"stdClass":1:{s:1:"a";i:1;}', {"a": 1}),
            ('O:3:"Foo":2:{s:6:"\0Foo\0a";i:1;s:4:"\0*\0b";i:2;}', {"a": 1, "b": 2}),
            ('C:3:"Foo":5:{hello}', "hello"),
            ('E:11:"Suit:Hearts";', "Suit:Hearts"),
            ("a:2:{i:0;i:1;i:1;R:2;}", {"0": 1, "1": None}),
        ]:
            with self.subTest(written=written):
                assert read_php(written) == value
                assert looks_serialized(written) == (written[0] not in "CE")

    def test_what_is_none_is_an_error(self):
        for written in [
            *(
                "",
                "text",
                "12",
                "a:1:{i:0;}",
                "a:1:{i:0;i:1;",
                's:5:"abc";',
                's:1:"abc";',
                's:3:"abc"',
                "i:;",
                "i:1",
                "b:2;",
            ),
            *("x:1;", "N;N;", "a:1:{a:0:{}i:1;}", "a:1:{N;i:1;}", 'O:1:"a":{}', "a:99999999:{}", 's:4:"вод";'),
            "a:30000:{" + "i:0;i:1;" * 30_000 + "}",
            "a:1:{i:0;" * 5000,
            "a:1:{i:0;" * 25 + "N;" + "}" * 25,
            f's:{1 << 21}:"{"a" * (1 << 21)}";',
        ]:
            with self.subTest(written=written[:40]), self.assertRaises(ValueError):
                read_php(written)

    def test_a_value_cut_off_anywhere_is_an_error(self):
        whole = 'a:2:{s:1:"a";a:1:{i:5;d:0.5;}s:1:"b";O:3:"Foo":1:{s:1:"c";N;}}'
        read_php(whole)
        for end in range(len(whole)):
            with self.assertRaises(ValueError):
                read_php(whole[:end])
