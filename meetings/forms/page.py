"""A page made of forms and of lists of rows, which is shown, checked and compared as a whole."""

from collections.abc import Iterator

from django import forms

from meetings.forms.parts import Part
from meetings.forms.rows import Rows


class Page:
    """What a page shows, or what somebody sent; `form` holds what is wrong with no field in particular."""

    form: forms.BaseForm
    lists: tuple[Rows, ...]

    @property
    def all_forms(self) -> list[forms.BaseForm]:
        """Every form of the page, in the order in which it shows them."""
        return [self.form, *self.rows]

    @property
    def rows(self) -> list[forms.BaseForm]:
        """The rows of its lists."""
        return [form for rows in self.lists for form in rows.forms]

    def parts(self) -> Iterator[Part]:
        """What it says, part by part, in the order in which it shows them."""
        raise NotImplementedError

    def row_parts(self) -> Iterator[Part]:
        """What its rows say; a blank one says nothing, unless it stands in the database."""
        for rows in self.lists:
            for row in rows:
                if not row.is_blank or row.key in rows.known:
                    part = Part.of(f"{rows.prefix}-{row.key}", rows.prefix, rows.what, list(row))
                    part.words = row.words
                    yield part

    def be_quiet(self) -> None:
        """Show what was typed without a word on what is wrong."""
        for form in self.all_forms:
            form.is_quiet = True

    def focus(self, prefix: str) -> None:
        """Put the person in the first field of a row."""
        for form in self.all_forms:
            if form.prefix == prefix:
                next(iter(form)).field.widget.attrs["autofocus"] = True

    # What a component that sums up errors asks of a form.

    @property
    def non_field_errors(self) -> list[str]:
        """What is wrong with no field in particular."""
        return [error for form in self.all_forms for error in form.non_field_errors()]

    @property
    def errors(self) -> list[str]:
        """Everything that is wrong."""
        return [*self.non_field_errors, *(error for bound in self for error in bound.errors)]

    def __iter__(self) -> Iterator[forms.BoundField]:
        return (bound for form in self.all_forms for bound in form)

    def is_valid(self) -> bool:
        """Whether all of it may be saved."""
        for form in self.all_forms:
            form.is_valid()  # each says what is wrong with it
        for rows in self.lists:
            if len(rows) > rows.most:
                self.form.add_error(None, f"Gardez au plus {rows.most} lignes dans chaque liste.")
        self.refuse()
        return not self.errors

    def refuse(self) -> None:
        """Say what is wrong between several of its forms."""
