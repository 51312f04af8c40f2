"""The register of confidentiality incidents."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from chantier.models import Incident, TraceEntry
from tests import factories as f
from tests.admin_form import filled_in
from tests.pages import text_of

pytestmark = pytest.mark.django_db
ADD = "/admin/chantier/incident/add/"


def day(text):
    return dt.date.fromisoformat(text)


def test_the_coordinator_notes_an_incident_with_what_the_law_asks_and_the_trace_tells_it(
    sign_in, coordinator
):
    client = sign_in(coordinator)
    page = text_of(client.get(ADD))
    for words in (
        *(
            "Nature",
            "Circonstances",
            "Renseignements visés",
            "Survenu du",
            "Connu le",
            "Personnes concernées",
        ),
        *("Évaluation du risque", "Avis à la Commission d’accès à l’information", "Avis aux personnes"),
        *("Autres avis", "Mesures prises", "sensibilité des renseignements"),
    ):
        assert words in page
    sent = {"kind": "loss", "circumstances": "Un portable volé.", "information": "Des noms."}
    sent |= {"happened_from": "2026-03-09", "known_on": "2026-03-10", "risk_elements": "Disque chiffré."}
    client.post(ADD, filled_in(client, ADD, **sent, measures="Effacé à distance."))
    incident = Incident.objects.get()
    assert (incident.kind, incident.known_on, incident.people) == ("loss", day("2026-03-10"), None)
    change = reverse("admin:chantier_incident_change", args=[incident.pk])
    client.post(change, filled_in(client, change, is_serious="on", commission_told_on="2026-03-11"))
    incident.refresh_from_db()
    assert (incident.is_serious, incident.commission_told_on) == (True, day("2026-03-11"))
    events = TraceEntry.objects.on(incident).order_by("pk").values_list("event", "by", "detail")
    assert list(events) == [("incident_noted", coordinator.pk, {}), ("incident_changed", coordinator.pk, {})]


def test_nobody_deletes_from_the_register(sign_in, coordinator):
    incident, client = f.IncidentFactory(), sign_in(coordinator)
    assert client.post(f"/admin/chantier/incident/{incident.pk}/delete/", {"post": "yes"}).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": incident.pk, "post": "yes"}
    client.post("/admin/chantier/incident/", sent)
    assert Incident.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"happened_until": day("2026-03-08")},
        {"happened_from": None},
        {"known_on": day("2026-03-08")},
        {"commission_told_on": day("2026-03-09")},
        {"people_told_from": day("2026-03-09")},
        {"people_told_until": day("2026-03-12")},
        {"people_told_from": day("2026-03-12"), "people_told_until": day("2026-03-11")},
        {"risk_elements": ""},
    ],
    ids=str,
)
def test_the_database_refuses_what_cannot_be(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        f.IncidentFactory(**wrong)
    with pytest.raises(ValidationError):
        f.IncidentFactory.build(**wrong).full_clean()


def test_a_day_to_come_is_refused():
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(ValidationError, match="pas encore venu"):
        f.IncidentFactory.build(known_on=tomorrow).full_clean()


def test_a_period_that_is_not_known_is_told_in_words():
    f.IncidentFactory(happened_from=None, happened_about="Au printemps 2026.")
    assert Incident.objects.get().happened_about


def test_members_never_see_it(sign_in, member):
    assert sign_in(member).get("/admin/chantier/incident/").status_code == 403
