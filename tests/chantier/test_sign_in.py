"""Coming in: the right people, and nothing learned by the others."""

import re
from unittest import mock

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.urls import reverse

from mailing.actions import deliver
from mailing.models import OutgoingEmail
from tests import factories as f
from tests.pages import text_of

pytestmark = pytest.mark.django_db

LOGIN = "/compte/login/"
PASSWORD = "une courte phrase facile"
WRONG = "Le courriel ou le mot de passe ne correspond pas."


@pytest.fixture
def person(cycle):
    """A member with a password and a verified address."""
    person = f.member_of(cycle)
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def sign_in_with(client, email, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password, **more})


def test_the_right_password_leads_where_the_person_wanted_to_go(client, person, cycle):
    wanted = client.get(cycle.get_absolute_url())["Location"]
    page = client.get(wanted)
    assert f'value="{cycle.get_absolute_url()}"' in page.text
    answer = sign_in_with(client, person.email.upper(), next=cycle.get_absolute_url())
    assert answer["Location"] == cycle.get_absolute_url()
    assert client.get(cycle.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "\\\\evil.example", "/\\evil"]
)
def test_nobody_is_led_to_another_site(client, person, elsewhere):
    assert sign_in_with(client, person.email, next=elsewhere)["Location"] == "/"
    assert client.get(LOGIN, {"next": elsewhere})["Location"] == "/"


def test_a_wrong_password_and_an_unknown_address_receive_the_same_answer(client, person):
    hashing = "django.contrib.auth.hashers.MD5PasswordHasher.encode"
    answers, efforts = [], []
    for email in (person.email, "inconnue@ville.example"):
        with mock.patch(hashing, return_value="md5$a$b") as hashed:
            answers.append(sign_in_with(client, email, "pas le bon mot de passe"))
        efforts.append(hashed.call_count)
    known, unknown = (text_of(answer).replace(person.email, "") for answer in answers)
    assert known == unknown
    assert WRONG in known
    assert [answer.status_code for answer in answers] == [200, 200]
    assert efforts[0] == efforts[1] > 0
    assert arrived() == []


def test_what_was_typed_is_kept_but_for_the_password(client, person):
    page = sign_in_with(client, person.email, "pas le bon mot de passe").text
    assert f'value="{person.email}"' in page
    assert "pas le bon" not in page


def test_guessing_ends_after_a_few_attempts_even_with_the_right_password(client, person):
    for _ in range(5):
        sign_in_with(client, person.email, "au hasard")
    answer = sign_in_with(client, person.email)
    assert "Trop d’essais." in text_of(answer)
    assert "_auth_user_id" not in client.session


def test_too_many_requests_for_a_reset_receive_a_page_in_french(client, person):
    answers = [client.post("/compte/password/reset/", {"email": person.email}) for _ in range(25)]
    assert answers[-1].status_code == 429
    assert "Trop de demandes" in text_of(answers[-1])


def test_the_session_changes_when_somebody_signs_in(client, person):
    client.get(LOGIN)
    session = client.session
    session["before"] = "1"
    session.save()
    before = session.session_key
    sign_in_with(client, person.email)
    assert client.session.session_key != before


def test_a_visit_to_the_sign_out_page_signs_nobody_out(sign_in, member):
    client = sign_in(member)
    assert "Se déconnecter" in text_of(client.get("/compte/logout/"))
    assert client.get("/rencontres/").status_code == 200
    assert client.post("/compte/logout/")["Location"] == "/"
    assert client.get("/rencontres/").status_code == 302


def test_nobody_opens_an_account_alone(client):
    assert "sur invitation" in text_of(client.get("/compte/signup/"))
    sent = {"email": "moi@ville.example", "password1": PASSWORD, "password2": PASSWORD}
    assert "sur invitation" in text_of(client.post("/compte/signup/", sent))


def test_a_closed_account_opens_nothing_and_loses_its_session(client, person):
    sign_in_with(client, person.email)
    person.is_active = False
    person.save()
    assert client.get("/rencontres/").status_code == 302
    client.logout()
    assert "Compte fermé" in text_of(client.get(sign_in_with(client, person.email)["Location"]))
    assert client.get("/rencontres/").status_code == 302


def test_demonstration_accounts_do_not_exist_where_demo_is_off(client, person, settings):
    person.is_demonstration = True
    person.save()
    settings.DEMO = False
    assert sign_in_with(client, person.email)["Location"] == "/compte/inactive/"
    assert "_auth_user_id" not in client.session


# Mot de passe oublié ---------------------------------------------------------------------------------


def ask_reset(client, email):
    return client.post("/compte/password/reset/", {"email": email})


def arrived():
    """What people receive, once a worker has sent what waits."""
    deliver()
    return mail.outbox


def link_in_mail():
    return re.search(r"https?://\S+", arrived()[-1].body)[0]


def test_a_reset_says_the_same_for_a_known_and_an_unknown_address(client, person):
    answers = [ask_reset(client, email) for email in (person.email, "inconnue@ville.example")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, "/compte/password/reset/done/")
    }
    assert [message.to for message in arrived()] == [[person.email]]


def test_the_link_of_a_reset_carries_the_portal_s_own_address(client, person, settings):
    settings.PORTAL_URL = "https://portail.example"
    client.post("/compte/password/reset/", {"email": person.email}, headers={"Host": "127.0.0.1"})
    assert link_in_mail().startswith("https://portail.example/compte/password/reset/key/")
    assert arrived()[0].subject == "Choisir un autre mot de passe"


def test_somebody_who_forgot_their_password_chooses_another_one(client, person):
    ask_reset(client, person.email)
    form = client.get(client.get(link_in_mail())["Location"])
    assert "Choisir un mot de passe" in text_of(form)
    address, link = form.request["PATH_INFO"], link_in_mail()
    refused = client.post(address, {"password1": "court", "password2": "court"})
    assert "12 caractères" in text_of(refused)
    assert (
        client.post(address, {"password1": "une autre phrase", "password2": "une autre phrase"}).status_code
        == 302
    )

    assert arrived()[-1].subject == "Votre mot de passe a changé"
    assert sign_in_with(client, person.email, "une autre phrase").status_code == 302
    client.logout()
    assert "Ce lien ne sert plus" in text_of(client.get(link))


def test_the_link_of_a_reset_stays_nowhere_once_it_has_left(client, person, coordinator):
    ask_reset(client, person.email)
    link = link_in_mail()
    sent = OutgoingEmail.objects.get()
    assert (sent.user, sent.text, sent.html) == (person, "", "")
    assert sent.wiped_at
    client.force_login(coordinator)
    page = client.get(reverse("admin:mailing_outgoingemail_change", args=[sent.pk]))
    assert "contenu non conservé" in text_of(page)
    assert link.rpartition("/key/")[2] not in page.text


def test_a_link_that_waits_is_shown_to_nobody(client, person, coordinator):
    ask_reset(client, person.email)
    waiting = OutgoingEmail.objects.get()
    client.force_login(coordinator)
    address = reverse("admin:mailing_outgoingemail_changelist")
    pages = [client.get(address), client.get(address, {"q": "Choisir"})]
    pages += [client.get(reverse("admin:mailing_outgoingemail_change", args=[waiting.pk]))]
    assert "/key/" in waiting.text
    assert not any("/key/" in page.text for page in pages)


def test_a_notice_that_a_password_changed_is_kept(client, person):
    client.force_login(person)
    sent = {"oldpassword": PASSWORD, "password1": "une autre phrase", "password2": "une autre phrase"}
    client.post("/compte/password/change/", sent)
    assert "a changé" in arrived()[0].body
    assert "a changé" in OutgoingEmail.objects.get().text


@pytest.mark.parametrize(
    ("password", "refusal"),
    [("court", "12 caractères"), ("qwerty123456", "trop courant"), ("personne0@organisation", "ressemble")],
)
def test_a_weak_password_is_refused_in_words(client, person, password, refusal):
    person.email = "personne0@organisation.example"
    person.save()
    client.force_login(person)
    sent = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    page = client.post("/compte/password/change/", sent)
    assert page.status_code == 200
    assert person.check_password(PASSWORD)
    assert refusal in text_of(page)


def test_a_password_of_64_characters_is_accepted(client, person):
    client.force_login(person)
    sent = {"oldpassword": PASSWORD, "password1": "phrase " * 9 + "x", "password2": "phrase " * 9 + "x"}
    assert client.post("/compte/password/change/", sent).status_code == 302


# Mon courriel ----------------------------------------------------------------------------------------


def test_another_address_counts_once_it_is_verified(client, person):
    sign_in_with(client, person.email)
    asked = client.post("/compte/email/", {"email": "autre@ville.example", "action_add": ""})
    assert asked["Location"].startswith("/compte/reauthenticate/")
    client.post("/compte/reauthenticate/", {"password": PASSWORD, "next": "/compte/email/"})
    person.refresh_from_db()
    assert person.email != "autre@ville.example"
    assert "autre@ville.example" in text_of(client.get("/compte/email/"))

    assert arrived()[0].to == ["autre@ville.example"]
    link = link_in_mail()
    assert "est bien votre courriel?" in text_of(client.get(link))
    client.post(link)
    person.refresh_from_db()
    assert person.email == "autre@ville.example"
    assert list(person.emailaddress_set.values_list("email", flat=True)) == ["autre@ville.example"]


def test_an_address_that_is_not_verified_yet_opens_nothing(client, person):
    # Whoever reads the mailbox of an address that was mistyped.
    EmailAddress.objects.create(user=person, email="faute@ailleurs.example", verified=False, primary=False)
    ask_reset(client, "faute@ailleurs.example")
    client.post("/compte/login/code/", {"email": "faute@ailleurs.example"})
    assert arrived() == []
    elsewhere = type(client)()
    ask_reset(elsewhere, person.email.upper())
    elsewhere.post("/compte/login/code/", {"email": person.email.upper()})
    assert [message.to[0].lower() for message in arrived()] == [person.email] * 2


def test_an_address_that_another_account_took_meanwhile_is_refused_in_words(client, person):
    EmailAddress.objects.create(user=person, email="autre@ville.example", verified=False, primary=False)
    link = f"/compte/confirm-email/{EmailConfirmationHMAC(person.emailaddress_set.last()).key}/"
    f.UserFactory(email="autre@ville.example")
    sign_in_with(client, person.email)
    page = client.post(link, follow=True)
    assert "autre@ville.example n’a pas pu être vérifié : un autre compte l’a déjà." in text_of(page)
    person.refresh_from_db()
    assert person.email != "autre@ville.example"


def test_no_page_of_accounts_says_e_mail(client, sign_in, person):
    pages = ["/compte/login/", "/compte/password/reset/", "/compte/password/reset/done/", "/compte/signup/"]
    pages += ["/compte/inactive/", "/compte/confirm-email/", "/compte/password/reset/key/1-abc/"]
    texts = [text_of(client.get(page)) for page in pages]
    sign_in(person)
    own = ["account_email", "account_change_password", "account_logout", "account_reauthenticate"]
    texts += [text_of(client.get(reverse(name))) for name in own]
    for text in texts:
        assert not re.search(r"e-mail|email|électronique", text, re.IGNORECASE)
