"""Whether a person is shown to the other members of their chantiers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from chantier.actions import consents as actions
from chantier.models import Consent
from ecpar_portal.access import require, signed_in
from ecpar_portal.refusal import Refusal


@require_http_methods(["GET", "POST"])
@require(signed_in)
def showing(request: HttpRequest) -> HttpResponse:
    """Whether the person agrees to be shown to the other members of their chantiers."""
    purpose = Consent.Purpose.SHOWN_TO_CHANTIER
    if request.method == "POST":
        if "withdraw" in request.POST:
            actions.withdraw_consent(request.user, purpose)
            messages.success(
                request, "C’est retiré : seules les personnes de votre organisation vous voient."
            )
        elif "agree" in request.POST:
            try:
                actions.give_consent(request.user, purpose)
            except Refusal as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, "C’est noté : vous paraissez sur la page de votre organisation.")
        return redirect("showing")
    consent = request.user.consents.filter(purpose=purpose).latest_first().first()
    membership = request.user.membership
    holds = bool(consent and membership and consent.holds_since(membership.since))
    return render(request, "chantier/showing.html", {"consent": consent, "holds": holds})
