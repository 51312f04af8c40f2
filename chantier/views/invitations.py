"""The invitations of the network, or those of one's own organisation with its people."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from chantier.access import is_coordinator, may_invite
from chantier.actions import invitations as actions
from chantier.actions.memberships import end_membership
from chantier.filters import InvitationFilter
from chantier.forms.invitations import InviteForm
from chantier.forms.pasted import Line, PastedForm, fingerprint
from chantier.models import Invitation, Membership
from ecpar_portal.access import require
from ecpar_portal.french import counted
from ecpar_portal.limits import limit, narrowed, unsafe
from ecpar_portal.refusal import Refusal

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
@require(may_invite)
@limit("search", when=narrowed)
@limit("invitations", when=unsafe)
def invitation_list(request: HttpRequest) -> HttpResponse:
    """Who is invited, who is here; a POST invites one person more."""
    form = InviteForm(request.POST or None, by=request.user)
    if form.is_valid():
        guest = form.guest()
        try:
            actions.invite(**guest._asdict(), by=request.user)
        except Refusal as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, f"L’invitation part vers {guest.email}.")
            return redirect("invitation_list")
    return render(request, "chantier/invitation_list.html", {"form": form, **listed(request)})


def listed(request: HttpRequest) -> dict[str, Any]:
    """What the list shows to a person: a page of the invitations that they see, and their colleagues."""
    invitations = Invitation.objects.visible_to(request.user).select_related("organization", "invited_by")
    found = InvitationFilter(request.GET, invitations, request=request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    managed = Invitation.objects.managed_by(request.user).filter(pk__in=[row.pk for row in page])
    return {
        "filter": found,
        "page": page,
        "managed": set(managed.values_list("pk", flat=True)),
        "colleagues": Membership.objects.of_colleagues(request.user).select_related("user"),
        "ended_by_me": set(Membership.objects.ended_by(request.user).values_list("pk", flat=True)),
    }


@require_http_methods(["GET", "POST"])
@require(is_coordinator)
@limit("invitations", when=unsafe)
def invite_list(request: HttpRequest) -> HttpResponse:
    """A pasted list: first what would be created and what is refused; once confirmed, the invitations."""
    form = PastedForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        lines = form.lines(by=request.user)
        if "confirm" in request.POST and _invited(request, lines):
            refused = [line for line in lines if line.reason]
            if not refused:
                return redirect("invitation_list")
            form = PastedForm(initial={"pasted": "\n".join(line.text for line in refused)})
            return render(request, "chantier/invite_list.html", {"form": form, "left": len(refused)})
        guests = [line for line in lines if line.guest]
        context |= {"lines": lines, "guests": guests, "seen": fingerprint(lines)}
    return render(request, "chantier/invite_list.html", context)


def _invited(request: HttpRequest, lines: list[Line]) -> bool:
    """Invite what the person confirmed, all of it; nobody where it is not what they saw."""
    guests = [line.guest for line in lines if line.guest]
    if not guests or request.POST.get("seen") != fingerprint(lines):
        messages.error(request, "Quelque chose a changé depuis\u00a0: relisez avant d’envoyer.")
        return False
    try:
        actions.invite_all(guests, by=request.user)
    except Refusal as refusal:
        messages.error(request, f"Personne n’a été invité. {refusal}")
        return False
    messages.success(request, f"{counted(len(guests), 'invitation')} en route.")
    return True


@require_http_methods(["GET", "POST"])
@require(may_invite)
@limit("invitations", when=unsafe)
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an invitation once more; a GET, as after a session that ended, changes nothing."""
    invitation = get_object_or_404(Invitation.objects.managed_by(request.user), pk=pk)
    return _happen(request, actions.send_again, invitation, f"L’invitation repart vers {invitation.email}.")


@require_http_methods(["GET", "POST"])
@require(may_invite)
@limit("events", when=unsafe)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back; a GET, as after a session that ended, changes nothing."""
    invitation = get_object_or_404(Invitation.objects.managed_by(request.user), pk=pk)
    return _happen(
        request, actions.withdraw_invitation, invitation, f"L’invitation de {invitation.email} est retirée."
    )


def _happen(request: HttpRequest, action: Any, invitation: Invitation, words: str) -> HttpResponse:
    if request.method == "POST":
        try:
            action(invitation, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, words)
    return redirect("invitation_list")


@require_http_methods(["GET", "POST"])
@require(may_invite)
@limit("events", when=unsafe)
def end_reader(request: HttpRequest, pk: int) -> HttpResponse:
    """Who speaks for an organisation ends one of its readers, after a question that names them."""
    memberships = Membership.objects.ended_by(request.user).select_related("user", "organization")
    membership = get_object_or_404(memberships, pk=pk)
    if request.method == "POST":
        try:
            end_membership(membership, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{membership.user} ne participe plus pour {membership.organization}.")
        return redirect("invitation_list")
    return render(request, "chantier/end_reader.html", {"membership": membership})
