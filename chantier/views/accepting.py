"""Coming in with the link of an invitation.

The link puts its invitation in the session and leads to a page without it: the token does not stay in the
address bar, and reaches neither a `Referer` nor the `next` of the sign-in page. (With `no-referrer` on the
page itself, browsers would send `Origin: null` with its form, which the CSRF protection refuses.)
"""

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chantier.actions import invitations as actions
from chantier.forms.invitations import AcceptForm
from chantier.models import Invitation, User
from ecpar_portal.access import public
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.refusal import Refusal

# Holds the number of the invitation and the hash of its token, never the token.
SESSION_KEY = "invitation"


@require_safe
@never_cache
@public
@limit("acceptance", by_address=True)
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: leads to its page, which tells whether it is still of use.

    An error here would write the token in the log.
    """
    invitation = Invitation.objects.usable().with_token(token).first()
    if invitation is None:
        request.session.pop(SESSION_KEY, None)
    else:
        request.session[SESSION_KEY] = [invitation.pk, invitation.token_digest]
    response = redirect("accept_invitation")
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
@never_cache
@public
@limit("acceptance", when=unsafe)
def accept(request: HttpRequest) -> HttpResponse:
    """For whom and as what one is invited; a POST accepts, with the account that one has or a new one."""
    invitation = invitation_of(request)
    if invitation is None:
        return no_longer_valid(request)
    try:
        if request.user.is_authenticated:
            return accept_with_account(request, invitation)
        if User.objects.with_address([invitation.email.lower()]).exists():
            return render(request, "chantier/invitation_sign_in.html", {"invitation": invitation})
        return accept_with_new_account(request, invitation)
    except actions.NoLongerValid:
        return no_longer_valid(request)


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The usable invitation whose link was opened in this session."""
    pk, digest = request.session.get(SESSION_KEY, (None, ""))
    usable = Invitation.objects.usable().select_related("organization")
    return usable.filter(pk=pk, token_digest=digest).first()


def accept_with_account(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Let a signed-in person take part, once they confirm."""
    reason = actions.reason_not_to_accept(request.user, invitation)
    if request.method == "POST" and not reason:
        try:
            actions.accept_as(request.user, invitation)
        except actions.NoLongerValid:
            raise
        except Refusal as refusal:
            reason = str(refusal)
        else:
            return _welcome(request, invitation)
    context = {"invitation": invitation, "reason": reason}
    return render(request, "chantier/invitation_confirm.html", context)


def accept_with_new_account(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Open the account of somebody who chose a name and a password, and sign them in."""
    form = AcceptForm(request.POST or None, invitation=invitation)
    if form.is_valid():
        chosen = {name: form.cleaned_data[name] for name in ("name", "password")}
        try:
            user = actions.accept(invitation, **chosen)
        except actions.NoLongerValid:
            raise
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            perform_login(request, user, email=user.email)
            return _welcome(request, invitation)
    context = {"invitation": invitation, "form": form}
    return render(request, "chantier/invitation_accept.html", context)


def no_longer_valid(request: HttpRequest) -> HttpResponse:
    """One page, whatever the reason: nothing is learned by trying links."""
    return render(request, "chantier/invitation_closed.html", status=410)


def _welcome(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    request.session.pop(SESSION_KEY, None)
    messages.success(request, f"Bienvenue. Vous participez pour {invitation.organization}.")
    return redirect("home")
