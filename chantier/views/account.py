"""One's own account, and leaving one's organisation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from chantier.access import takes_part
from chantier.actions.memberships import end_membership
from ecpar_portal.access import require, signed_in
from ecpar_portal.refusal import Refusal


@require_safe
@require(signed_in)
def account(request: HttpRequest) -> HttpResponse:
    """What one may see and change of one's own account."""
    return render(request, "chantier/account.html")


@require_http_methods(["GET", "POST"])
@require(takes_part)
def leave(request: HttpRequest) -> HttpResponse:
    """Leave one's organisation, after a question that names it."""
    membership = request.user.membership
    if request.method == "POST":
        try:
            end_membership(membership, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Vous ne participez plus pour {membership.organization}.")
        return redirect("account")
    return render(request, "chantier/leave.html", {"membership": membership})
