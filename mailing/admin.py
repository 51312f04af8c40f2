"""What was told to whom, and whether it left: read only, and without what opens an account."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from ecpar_portal import french
from mailing import actions
from mailing.models import OutgoingEmail
from mailing.registry import kinds


class KindFilter(admin.SimpleListFilter):
    """The kinds, by their French names."""

    title = "genre"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Offer every kind that an app registers."""
        return [(kind.name, kind.label) for kind in kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Keep one kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(OutgoingEmail)
class OutgoingEmailAdmin(admin.ModelAdmin):
    """Messages; one that was sent or failed may be sent again."""

    list_display = ["to", "kind_label", "subject", "state", "sent_at", "attempts", "last_error", "note"]
    list_filter = ["state", KindFilter]
    search_fields = ["to", "subject", "message_id"]
    fields = readonly_fields = [
        *("to", "user", "kind_label", "subject", "content", "calendar_content"),
        *("state", "note", "attempts", "last_error"),
        *("created_at", "due_at", "expires_at", "sent_at", "wiped_at"),
        *("again_of", "message_id", "key"),
    ]
    actions = ["send_again", "release"]

    @admin.display(description="genre", ordering="kind")
    def kind_label(self, email: OutgoingEmail) -> str:
        """Its kind, in French."""
        return email.kind_label

    @admin.display(description="à savoir")
    def note(self, email: OutgoingEmail) -> str:
        """Whether it may have arrived twice."""
        return "peut-être reçu deux fois" if email.may_have_arrived_twice else ""

    @admin.display(description="texte")
    def content(self, email: OutgoingEmail) -> str:
        """What the person reads, but for a link or a code that opens an account."""
        return "contenu non conservé" if email.is_secret or email.wiped_at else email.text

    @admin.display(description="calendrier")
    def calendar_content(self, email: OutgoingEmail) -> str:
        """The calendar that goes with it."""
        return "" if email.is_secret else email.calendar

    @admin.action(description="Envoyer de nouveau", permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Send the chosen messages once more, and say which ones are not."""
        sent = 0
        for email in queryset:
            try:
                actions.send_again(email, by=request.user)
                sent += 1
            except actions.NotSentAgain as reason:
                self.message_user(request, f"{email}\u00a0: {reason}", messages.WARNING)
        if sent:
            what = f"{french.counted(sent, 'courriel')} {french.plural(sent, 'part', 'partent')} de nouveau."
            self.message_user(request, what, messages.SUCCESS)

    @admin.action(description="Libérer les courriels retenus", permissions=["view"])
    def release(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Let the chosen messages leave that a restore held, and say what becomes of each."""
        released, late = actions.release(queryset, by=request.user)
        if released:
            what = f"{french.counted(released, 'courriel')} {french.plural(released, 'part', 'partent')}."
            self.message_user(request, what, messages.SUCCESS)
        if late:
            left_out = french.plural(
                late, "n’est plus utile et est retiré", "ne sont plus utiles et sont retirés"
            )
            self.message_user(request, f"{french.counted(late, 'courriel')} {left_out}.", messages.WARNING)
        if not released and not late:
            self.message_user(request, "Aucun des courriels choisis n’est retenu.", messages.WARNING)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: a message has a cause in the portal."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingEmail | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingEmail | None = None) -> bool:
        """Never: old messages are removed by their retention."""
        return False
