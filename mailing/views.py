"""What one receives: chosen on a page of the account, stopped by the link of a message."""

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from ecpar_portal.access import public, require, signed_in
from ecpar_portal.limits import limit
from mailing import links
from mailing import preferences as chosen
from mailing.forms import PreferencesForm


@require_http_methods(["GET", "POST"])
@require(signed_in)
def preferences(request: HttpRequest) -> HttpResponse:
    """What the person wants to receive, and what always comes."""
    form = PreferencesForm(request.POST or None, preferences=chosen.of(request.user))
    if form.is_valid():
        chosen.choose(request.user, refused=form.refused, digest=form.cleaned_data["digest"])
        messages.success(request, "C’est noté\u00a0: vous ne recevrez que ce que vous avez choisi.")
        return redirect("mail_preferences")
    return render(request, "mailing/preferences.html", {"form": form})


# A mail program that unsubscribes has neither cookie nor token (RFC 8058): the signed address is the proof.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
@limit("links", by_address=True)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the kind of messages that a link speaks of, and take it back; a GET only asks.

    It answers whoever holds the link, and shows nothing of whoever is signed in: it is not they who ask.
    """
    link = links.read(token)
    context = {"user": AnonymousUser(), "link": link}
    if link and request.POST.get(links.ONE_CLICK[0]) == links.ONE_CLICK[1]:
        chosen.stop(link)
        context["stopped"] = True
    elif link and "again" in request.POST:
        context["wanted"] = chosen.resume(link)
    response = render(request, "mailing/unsubscribe.html", context, status=200 if link else 404)
    response["Referrer-Policy"] = "no-referrer"  # the token stays in no log, ours included
    return response
