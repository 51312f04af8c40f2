"""Text with some form (bold, lists, links), of which only a short list of tags comes through."""

import nh3
from django.utils.safestring import SafeString, mark_safe

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}
ATTRIBUTES = {"a": {"href"}}
SCHEMES = {"https", "http", "mailto"}
LINK_REL = "noopener noreferrer nofollow"
# What stands between such tags is not for reading: it goes with them.
NEVER_READ = {"script", "style"}


def clean(html: str) -> SafeString:
    """Return what may be shown of `html`: the tags of our list, links to the web or to an address, and text.

    Clean what is stored as well as what is shown: the list may become shorter.
    """
    cleaned = nh3.clean(
        html.replace("\0", ""),
        tags=TAGS,
        clean_content_tags=NEVER_READ,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        attribute_filter=_absolute,
        link_rel=LINK_REL,
        strip_comments=True,
    )
    return mark_safe(cleaned)  # noqa: S308 - what nh3 returns holds the tags of our list only


def _absolute(tag: str, attribute: str, value: str) -> str | None:
    """Keep a link that says where it leads; one of no scheme would lead into the portal."""
    leads_away = value.partition(":")[0].lower() in SCHEMES
    return value if attribute != "href" or leads_away else None
