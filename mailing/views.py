"""What one receives: chosen on a page of the account, stopped by the link of a message."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ecpar_portal.access import require, signed_in
from mailing import preferences as chosen
from mailing.forms import PreferencesForm


@require_http_methods(["GET", "POST"])
@require(signed_in)
def preferences(request: HttpRequest) -> HttpResponse:
    """What the person wants to receive, and what always comes."""
    form = PreferencesForm(request.POST or None, preferences=chosen.of(request.user))
    if form.is_valid():
        chosen.choose(request.user, refused=form.refused, digest=form.cleaned_data["digest"])
        messages.success(request, "C’est noté : vous ne recevrez que ce que vous avez choisi.")
        return redirect("mail_preferences")
    return render(request, "mailing/preferences.html", {"form": form})
