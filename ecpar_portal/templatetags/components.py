"""Components, called by name in every template: one file each in `templates/components/`.

A block component wraps what stands between its tags (`{% section "Présences" %}…{% endsection %}`); a plain
one stands alone (`{% status "ok" "Publiée" %}`). Their parameters are the names written here, nothing else.
"""

from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()


def render(name: str, **context: Any) -> SafeString:
    """Render the file of a component."""
    return render_to_string(f"components/{name}.html", context)


@register.simple_block_tag
def page_header(content: str, title: str, over: str = "", lede: str = "") -> SafeString:
    """The head of a page; the block holds its actions."""
    return render("page_header", title=title, over=over, lede=lede, slot=content)


@register.simple_block_tag
def section(content: str, title: str, aside: str = "", url: str = "", anchor: str = "") -> SafeString:
    """A part of a page, held by a rule; `aside` is a fact, or a link where `url` is given."""
    return render("section", title=title, aside=aside, url=url, anchor=anchor, slot=content)


@register.simple_block_tag
def card(content: str, title: str) -> SafeString:
    """A block that stands out from the page, such as an e-mail confirmation."""
    return render("card", title=title, slot=content)


@register.simple_block_tag
def empty_state(content: str, title: str) -> SafeString:
    """What will be here, and the first step."""
    return render("empty_state", title=title, slot=content)


@register.simple_block_tag
def note(content: str, kind: str = "info") -> SafeString:
    """A remark beside the text: info, warn, err or ok."""
    return render("note", kind=kind, slot=content)


@register.simple_block_tag
def data_table(content: str, caption: str, hint: str = "") -> SafeString:
    """A table that scrolls inside its own box; the block holds its head and rows."""
    return render("data_table", caption=caption, hint=hint, slot=content)


@register.simple_block_tag
def dialog(content: str, title: str, anchor: str) -> SafeString:
    """A question that names what will be lost; the block holds its sentence and its two buttons."""
    return render("dialog", title=title, anchor=anchor, slot=content)


@register.simple_tag
def status(kind: str, words: str) -> SafeString:
    """A state in a sign, a colour and words: ok, info, warn, err or none."""
    return render("status", kind=kind, words=words)


@register.simple_tag
def stage_mark(rank: int, size: int = 36) -> SafeString:
    """One of the five stages: number, rank of the tall tick, tint; sizes 24, 36 and 48."""
    ticks = [{"x": 4 + 6 * i, "tall": i == rank - 1} for i in range(5)]
    return render("stage_mark", rank=rank, size=size, ticks=ticks)


@register.simple_tag
def figure(value: str, unit: str, over: str = "", source: str = "") -> SafeString:
    """A large number with what it counts; `over` is its denominator."""
    return render("figure", value=value, unit=unit, over=over, source=source)


@register.simple_tag
def progress(label: str, done: int | None = None, total: int | None = None, words: str = "") -> SafeString:
    """Long work: a true count where there is one, words else."""
    return render("progress", label=label, done=done, total=total, words=words)


@register.simple_tag
def field(bound: forms.BoundField) -> SafeString:
    """A form field: label above, help below, error beside it."""
    bound.field.widget.attrs.pop("placeholder", None)  # the label says it already, and stays
    return render("field", field=bound)


@register.simple_tag
def choices(bound: forms.BoundField) -> SafeString:
    """A field of several boxes: its name above them all, error and help beside it."""
    return render("choices", field=bound)


@register.simple_tag
def error_summary(form: forms.BaseForm) -> SafeString:
    """The errors of a form at its top, each with a link to its field."""
    return render("error_summary", form=form)


@register.simple_tag
def pagination(page: Page, query: str = "") -> SafeString:
    """The pages of a list; `query` is what the filter adds to their addresses."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return render("pagination", page=page, numbers=list(numbers), query=query)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small drawing beside a word; it says nothing that the word does not."""
    return render(f"icons/{name}")
