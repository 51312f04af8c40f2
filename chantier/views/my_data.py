"""« Mes données »: what the portal keeps of a person, corrected, exported and erased by themselves."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from chantier.actions.erasure import erase
from chantier.actions.people import ask_for_data, rename
from chantier.documents import EXPORT_KEPT_DAYS
from chantier.forms.my_data import ErasureForm, NameForm
from chantier.models import User
from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, unsafe
from ecpar_portal.privacy import registry
from ecpar_portal.refusal import Refusal


@require_http_methods(["GET", "POST"])
@require(signed_in)
def my_data(request: HttpRequest) -> HttpResponse:
    """What is kept in short, and the name, which one corrects here."""
    # The form writes on an instance of its own: the header shows what is saved.
    form = NameForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if form.is_valid():
        rename(request.user, form.cleaned_data["name"], by=request.user)
        messages.success(request, "Votre nom est corrigé.")
        return redirect("my_data")
    person = request.user.identity
    counted = [(table, table.count(person)) for table in registry.personal()]
    context = {
        "form": form,
        "tables": [(table, count) for table, count in counted if count != 0],
        "kept_days": EXPORT_KEPT_DAYS,
    }
    return render(request, "chantier/my_data.html", context)


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("exports", when=unsafe)
@reauthentication_required(allow_get=True)
def export_my_data(request: HttpRequest) -> HttpResponse:
    """Ask for the file of one's data; a GET, as after a session that ended, asks for nothing."""
    if request.method == "GET":
        return redirect("my_data")
    return redirect(ask_for_data(request.user))


@require_http_methods(["GET", "POST"])
@require(signed_in)
@reauthentication_required
def erase_me(request: HttpRequest) -> HttpResponse:
    """Erase one's own account: what goes, what stays, then the address to type."""
    form = ErasureForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            erase(request.user, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("my_data")
        logout(request)
        messages.success(request, "Votre compte est effacé. Merci de ce que vous avez apporté.")
        return redirect("home")
    return render(request, "chantier/erase.html", {"form": form, "person": request.user})
