"""Several syntheses in one file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from ecpar_portal.access import require, signed_in
from ecpar_portal.limits import limit, unsafe
from meetings.access import may_download_compilation
from meetings.actions.compiling import compile_syntheses
from meetings.forms.compiling import CompilationForm
from reports.views import serve


@require_http_methods(["GET", "POST"])
@require(signed_in)
@limit("files", when=unsafe)
def compilation(request: HttpRequest) -> HttpResponse:
    """The syntheses that a person may choose from; a POST leads to the file of those that were chosen."""
    form = CompilationForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_valid():
        made = compile_syntheses(meeting.current_version for meeting in form.cleaned_data["meetings"])
        return redirect("compilation_pdf", made.pk)
    groups = form.by_cycle()
    # Without a script, a link ticks the boxes of a cycle.
    ticked = request.GET.get("cycle", "") if not form.is_bound else ""
    return render(request, "meetings/compilation.html", {"form": form, "groups": groups, "ticked": ticked})


@require_safe
@require(signed_in)
@limit("files", polled="progress")
def compilation_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a compilation, for who sees every synthesis that it holds."""
    return serve(request, "compilation", may_download_compilation(request.user).filter(pk=pk).first())
