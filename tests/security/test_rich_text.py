"""Text with some form: the form stays, nothing runs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecpar_portal.rich_text import TAGS, clean
from tests.security.hostile import SCRIPTS

pytestmark = pytest.mark.once


def test_form_and_links_stay():
    typed = '<p>Une <strong>clause</strong> et <em>deux</em></p><ul><li>un</li></ul><a href="https://a.example/x">lien</a>'
    ours = ' rel="noopener noreferrer nofollow"'
    assert clean(typed) == typed.replace('/x"', f'/x"{ours}')


def test_text_that_only_looks_like_a_tag_stays_text():
    assert clean("5 < 6 & 7 > 3") == "5 &lt; 6 &amp; 7 &gt; 3"


def nothing_runs(cleaned: str) -> bool:
    """Whether only our tags are left, with no attribute but `href` to the web or an address, and `rel`."""
    tags = re.findall(r"<[^>]*>", cleaned)
    link = r'<a( href="(https?:|mailto:)[^"]*")?( rel="noopener noreferrer nofollow")>'
    plain = "|".join(f"</?{tag}>" for tag in TAGS)
    return all(re.fullmatch(rf"{link}|{plain}", tag) for tag in tags)


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_of_the_corpus_comes_through(script):
    for html in (script, f"<p>{script}</p>", f'<a href="{script}">x</a>', clean(script)):
        assert nothing_runs(clean(html)), clean(html)


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "&#106;avascript:x",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/",
        "/compte/logout/",
    ],
)
def test_a_link_leads_to_the_web_or_to_an_address_only(href):
    assert "href" not in clean(f'<a href="{href}">x</a>')


@given(
    st.lists(st.sampled_from([*SCRIPTS, "<p>", "</p>", "<", ">", '"', "<a href=", "é"]), max_size=6).map(
        "".join
    )
)
def test_pieces_of_scripts_in_any_order_do_not_come_through(html):
    assert nothing_runs(clean(html))


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)
