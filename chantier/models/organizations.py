"""Organisations, and the people who represent them."""

from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from chantier.models.consents import Consent

SLUG_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*\Z"
plain_slug = RegexValidator(
    SLUG_PATTERN, "Des lettres minuscules sans accent, des chiffres et des traits d’union sont attendus."
)
NEQ_PATTERN = r"^(11|22|33|88)[0-9]{8}\Z"


class Region(models.Model):
    """An administrative region of Québec (décret D-11, r. 1)."""

    code = models.CharField("code", max_length=2, unique=True)
    name = models.CharField("nom", max_length=60)

    class Meta:
        verbose_name = "région"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class OrganizationQuerySet(models.QuerySet):
    """Queries on organisations."""

    def existing(self) -> "OrganizationQuerySet":
        """Leave out the demonstration where `DEMO` is off."""
        return self if settings.DEMO else self.filter(is_demonstration=False)

    def visible_to(self, user: Any) -> "OrganizationQuerySet":
        """Keep the person's own, and those that take or took part in what they see; all for a coordinator."""
        from chantier.models.cycles import Cycle  # a participation points to its organisation

        if not user.is_authenticated:
            return self.none()
        if user.is_coordinator:
            return self.existing()
        own = Q(memberships__user=user, memberships__until=None)
        seen = Organization.objects.filter(own | Q(cycles__in=Cycle.objects.visible_to(user)))
        return self.existing().filter(pk__in=seen.values("pk"))

    def taking_part_in(self, cycle: Any) -> "OrganizationQuerySet":
        """Keep those that take part today in a cycle, each once."""
        return self.filter(participations__cycle=cycle, participations__left=None).distinct()

    def taking_part_beside(self, user: Any) -> "OrganizationQuerySet":
        """Keep those that take part today in a chantier that the person sees."""
        today = Q(participations__left=None, participations__cycle__chantier__in=user.chantiers)
        return self.existing().filter(pk__in=Organization.objects.filter(today).values("pk"))

    def buyers(self) -> "OrganizationQuerySet":
        """Leave out partner networks and enterprises: they are never in a denominator."""
        return self.exclude(kind__in=[Organization.Kind.PARTNER_NETWORK, Organization.Kind.ENTERPRISE])


class Organization(models.Model):
    """A buyer, a partner network or a social-economy enterprise (EES)."""

    class Kind(models.TextChoices):
        MINISTRY = "ministry", "ministère"
        PUBLIC_BODY = "public_body", "organisme public"
        MUNICIPALITY = "municipality", "municipalité"
        STATE_COMPANY = "state_company", "société d’État"
        EDUCATION = "education", "établissement d’enseignement"
        HEALTH = "health", "établissement de santé"
        COMPANY = "company", "entreprise"
        PARTNER_NETWORK = "partner_network", "réseau partenaire"
        ENTERPRISE = "enterprise", "entreprise d’économie sociale (EES)"

    class Size(models.TextChoices):
        SMALL = "small", "moins de 100 personnes"
        MEDIUM = "medium", "de 100 à 499 personnes"
        LARGE = "large", "de 500 à 4 999 personnes"
        VERY_LARGE = "very_large", "5 000 personnes et plus"

    class Standing(models.TextChoices):
        MEMBER = "member", "membre du réseau"
        GUEST = "guest", "invitée"

    class Contribution(models.TextChoices):
        MONEY = "money", "contribution financière"
        EXPERTISE = "expertise", "contribution en expertise"

    name = models.CharField("nom", max_length=160, unique=True)
    slug = models.SlugField("adresse", max_length=80, unique=True, validators=[plain_slug])
    kind = models.CharField("genre", max_length=20, choices=Kind)
    size = models.CharField("taille", max_length=12, choices=Size, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="région", null=True, blank=True)
    neq = models.CharField(
        "NEQ",
        max_length=10,
        blank=True,
        validators=[RegexValidator(NEQ_PATTERN, "Le NEQ a 10 chiffres et commence par 11, 22, 33 ou 88.")],
        help_text="Numéro d’entreprise du Québec, 10 chiffres.",
    )
    former_names = models.TextField("anciens noms", blank=True, help_text="Un par ligne.")
    fiscal_year_start = models.PositiveSmallIntegerField(
        "premier mois de l’exercice", null=True, blank=True, help_text="De 1 (janvier) à 12 (décembre)."
    )
    standing = models.CharField("lien au réseau", max_length=8, choices=Standing, default=Standing.MEMBER)
    contribution = models.CharField(
        "contribution",
        max_length=10,
        choices=Contribution,
        blank=True,
        help_text="D’une organisation invitée : ce qu’elle apporte au chantier.",
    )
    since = models.DateField("depuis", null=True, blank=True)
    is_demonstration = models.BooleanField("démonstration", default=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(neq="") | Q(neq__regex=NEQ_PATTERN),
                name="organization_neq_is_ten_digits",
                violation_error_message="Le NEQ a 10 chiffres et commence par 11, 22, 33 ou 88.",
            ),
            models.CheckConstraint(
                condition=Q(fiscal_year_start=None) | Q(fiscal_year_start__range=(1, 12)),
                name="organization_fiscal_year_starts_in_a_month",
                violation_error_message="Donnez un mois de 1 à 12.",
            ),
            models.CheckConstraint(
                condition=~Q(standing="member") | Q(contribution=""),
                name="organization_contribution_is_of_a_guest",
                violation_error_message="La contribution se note pour une organisation invitée seulement.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the organisation's page."""
        return reverse("organization", args=[self.slug])


class MembershipQuerySet(models.QuerySet):
    """Queries on memberships."""

    def active(self) -> "MembershipQuerySet":
        """Keep those that have not ended."""
        return self.filter(until=None)

    def shown_to(self, user: Any) -> "MembershipQuerySet":
        """Keep the people of today whom a person reads of: their colleagues, and those who agreed to it.

        Who agreed is shown to the other members of the chantiers where their organisation takes part today.
        """
        purpose = Consent.Purpose.SHOWN_TO_CHANTIER
        agreed = Consent.objects.given_since(OuterRef("since")).filter(user=OuterRef("user"), purpose=purpose)
        beside = Organization.objects.taking_part_beside(user)
        colleagues = Q(organization=user.organization) if user.organization else Q(pk=None)
        people = self if settings.DEMO else self.filter(user__is_demonstration=False)
        return (
            people.active()
            .filter(colleagues | Q(Exists(agreed), organization__in=beside))
            .filter(user__is_active=True, user__erased_at=None)
            .select_related("user")
            .order_by("-role", "user__name", "pk")
        )

    def of_colleagues(self, user: Any) -> "MembershipQuerySet":
        """Keep the active ones of the organisation for which the person takes part."""
        return self.active().filter(organization=user.organization) if user.organization else self.none()

    def ended_by(self, user: Any) -> "MembershipQuerySet":
        """Keep those that the person may end: who speaks for an organisation, those of its readers."""
        if not user.is_authenticated or not user.is_representative:
            return self.none()
        return self.of_colleagues(user).filter(role=Membership.Role.READER)


class Membership(models.Model):
    """A person speaks for an organisation, or reads for it, from a day until another.

    It is active while `until` is empty: writing a day there ends it at once. A person may have had many,
    one active at a time.
    """

    class Role(models.TextChoices):
        REPRESENTATIVE = "representative", "personne représentante"
        READER = "reader", "lecture"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships", verbose_name="personne"
    )
    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="memberships", verbose_name="organisation"
    )
    role = models.CharField("rôle", max_length=16, choices=Role)
    since = models.DateField("depuis")
    until = models.DateField(
        "jusqu’au", null=True, blank=True, help_text="Vide tant que la personne représente l’organisation."
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        ordering = ["organization__name", "user__email"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(until=None),
                name="membership_one_active_per_person",
                violation_error_message="Cette personne représente déjà une organisation : terminez d’abord "
                "l’autre appartenance.",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="membership_ends_after_it_starts",
                violation_error_message="La fin vient avant le début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.organization}"
