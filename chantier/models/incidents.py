"""The register of confidentiality incidents that the law asks for (RLRQ, c. A-2.1, r. 3.1, art. 7 and 8)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ecpar_portal.french import long_date

# Art. 8: five years at least from the day the network knew.
INCIDENT_KEPT = dt.timedelta(days=5 * 366)


class IncidentQuerySet(models.QuerySet):
    """Queries on incidents."""

    def old(self) -> "IncidentQuerySet":
        """Keep those that the law no longer asks to be kept."""
        return self.filter(known_on__lt=timezone.localdate() - INCIDENT_KEPT)


class Incident(models.Model):
    """Somebody saw, used, passed on or lost personal data without a right to; what was done.

    Nobody concerned is named in it. It is kept five years, and nothing but its retention deletes it.
    """

    class Kind(models.TextChoices):
        ACCESS = "access", "accès non autorisé"
        USE = "use", "utilisation non autorisée"
        DISCLOSURE = "disclosure", "communication non autorisée"
        LOSS = "loss", "perte, ou autre atteinte à la protection"

    kind = models.CharField("nature", max_length=12, choices=Kind)
    circumstances = models.TextField(
        "circonstances", help_text="Ce qui s’est passé, en peu de mots. Ne nommez aucune personne concernée."
    )
    information = models.TextField(
        "renseignements visés",
        help_text="Par exemple\u00a0: noms et courriels. S’ils ne sont pas connus, dites pourquoi.",
    )
    happened_from = models.DateField(
        "survenu du", null=True, blank=True, help_text="Le jour de l’incident, ou le début de la période."
    )
    happened_until = models.DateField("jusqu’au", null=True, blank=True, help_text="La fin, s’il a duré.")
    happened_about = models.CharField(
        "quand, environ", max_length=160, blank=True, help_text="Si le jour n’est pas connu."
    )
    known_on = models.DateField(
        "connu le", help_text="Le jour où l’organisme l’a su\u00a0: les cinq ans de conservation en partent."
    )
    people = models.PositiveIntegerField(
        "personnes concernées", null=True, blank=True, help_text="Vide si le nombre n’est pas connu."
    )
    people_are_estimated = models.BooleanField("nombre approximatif", default=False)
    risk_elements = models.TextField(
        "évaluation du risque",
        help_text="Ce qui mène à conclure\u00a0: sensibilité des renseignements, utilisations malveillantes "
        "possibles, conséquences craintes, probabilité.",
    )
    is_serious = models.BooleanField(
        "risque de préjudice sérieux",
        default=False,
        help_text="Si oui, avisez sans tarder la Commission et les personnes concernées.",
    )
    commission_told_on = models.DateField(
        "avis à la Commission d’accès à l’information", null=True, blank=True
    )
    people_told_from = models.DateField("avis aux personnes, du", null=True, blank=True)
    people_told_until = models.DateField("avis aux personnes, au", null=True, blank=True)
    other_notices = models.TextField(
        "autres avis",
        blank=True,
        help_text="Avis public et sa raison; organisme avisé pour diminuer le risque.",
    )
    measures = models.TextField(
        "mesures prises", help_text="Pour diminuer le risque, et pour que cela ne se reproduise pas."
    )
    noted_at = models.DateTimeField("inscrit", auto_now_add=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = "incident de confidentialité"
        verbose_name_plural = "incidents de confidentialité"
        ordering = ["-known_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(happened_until=None) | Q(happened_until__gte=F("happened_from")),
                name="incident_ends_after_it_starts",
                violation_error_message="La fin de l’incident vient avant son début.",
            ),
            models.CheckConstraint(
                condition=Q(happened_from__isnull=False) | ~Q(happened_about=""),
                name="incident_is_dated",
                violation_error_message="Donnez le jour de l’incident, ou dites quand, environ.",
            ),
            models.CheckConstraint(
                condition=Q(happened_from=None) | Q(known_on__gte=F("happened_from")),
                name="incident_is_known_after_it_starts",
                violation_error_message="L’incident ne peut pas être connu avant d’être survenu.",
            ),
            models.CheckConstraint(
                condition=Q(commission_told_on=None) | Q(commission_told_on__gte=F("known_on")),
                name="incident_commission_is_told_after_it_is_known",
                violation_error_message="L’avis à la Commission vient avant que l’incident soit connu.",
            ),
            models.CheckConstraint(
                condition=Q(people_told_from=None) | Q(people_told_from__gte=F("known_on")),
                name="incident_people_are_told_after_it_is_known",
                violation_error_message="L’avis aux personnes vient avant que l’incident soit connu.",
            ),
            models.CheckConstraint(
                condition=Q(people_told_until=None)
                | Q(people_told_from__isnull=False, people_told_until__gte=F("people_told_from")),
                name="incident_notices_end_after_they_start",
                violation_error_message="Le dernier avis aux personnes vient avant le premier.",
            ),
            models.CheckConstraint(
                condition=~Q(risk_elements=""),
                name="incident_risk_is_assessed",
                violation_error_message="Dites ce qui mène à conclure sur le risque.",
            ),
        ]

    def __str__(self) -> str:
        kind = self.get_kind_display()
        return f"{kind[0].upper()}{kind[1:]}, {long_date(self.known_on)}"

    def clean(self) -> None:
        """Refuse what is known, or told, after today."""
        today = timezone.localdate()
        for name in ("known_on", "commission_told_on", "people_told_from", "people_told_until"):
            if (day := getattr(self, name)) and day > today:
                raise ValidationError({name: "Ce jour n’est pas encore venu."})
