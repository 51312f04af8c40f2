"""What one receives and one's calendar, in a browser: the pages that only an action shows."""

import pytest
from playwright.sync_api import expect

from mailing.links import token_for
from mailing.models import MailPreferences
from tests import factories as f

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1280, "light")])
def test_a_person_makes_the_address_of_their_calendar_and_stops_it(visitor, width, theme):
    someone = visitor(f.member_of(f.CycleFactory()), width=width, theme=theme)
    page = someone.open("/compte/agenda/")
    page.get_by_role("button", name="Faire mon adresse").click()
    address = page.get_by_label("Adresse de mon agenda").input_value()
    assert (
        page.request.get(address.replace("http://localhost", someone.base))
        .text()
        .startswith("BEGIN:VCALENDAR")
    )
    assert (someone.obstacles(), someone.overflows()) == ([], False)
    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_role("button", name="Faire mon adresse")).to_be_visible()
    assert page.request.get(address.replace("http://localhost", someone.base)).status == 404


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_person_stops_a_kind_of_messages_from_its_link_and_takes_it_back(visitor, signed_in):
    member = f.member_of(f.CycleFactory())
    someone = visitor(member if signed_in else None, width=360)
    page = someone.open(f"/courriels/desabonner/{token_for(member.pk, 'reminder')}/")
    page.get_by_role("button", name="Ne plus recevoir ces messages").click()
    expect(page.get_by_role("heading", name="C’est fait")).to_be_visible()
    assert MailPreferences.objects.get().refused == ["reminder"]
    assert (someone.obstacles(), someone.overflows()) == ([], False)
    page.get_by_role("button", name="Remettre").click()
    expect(page.get_by_role("heading", name="C’est remis")).to_be_visible()
    assert MailPreferences.objects.get().refused == []
    assert someone.obstacles() == []
