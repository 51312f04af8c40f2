"""Registration of the app."""

from django.apps import AppConfig


class ChantierConfig(AppConfig):
    """Who takes part, and toward what."""

    name = "chantier"
    verbose_name = "Réseau et chantiers"

    def ready(self) -> None:
        """Make known the messages about one's account, the events of the network, and what is personal."""
        # Models exist only once every app is loaded.
        from chantier import documents, failures, privacy, search, trace
        from chantier.models import Consent, Membership
        from mailing.registry import Kind, register
        from reports import registry

        failures.connect()
        register(Kind("account", "Compte"))
        register(Kind("account_link", "Compte\u00a0: lien ou code", secret=True))
        register(Kind("invitation", "Invitation", secret=True))
        trace.register(
            signed_in="Connexion",
            sign_in_failed="Échec de connexion",
            signed_out="Déconnexion",
            password_changed="Mot de passe changé",  # noqa: S106 - the words of an event
            address_changed="Courriel changé",
            mfa_changed="Double authentification modifiée",
            mfa_reset="Double authentification retirée par la coordination",
            invited="Invitation envoyée",
            invitation_accepted="Invitation acceptée",
            invitation_withdrawn="Invitation retirée",
            membership_began="Appartenance commencée",
            membership_ended="Appartenance terminée",
            role_changed="Rôle changé",
            dates_corrected="Dates corrigées",
            participation_began="Participation commencée",
            participation_ended="Participation terminée",
            consent_given="Consentement donné",
            consent_withdrawn="Consentement retiré",
            exported="Données exportées",
            erased="Données effacées",
            name_changed="Nom changé",
            account_opened="Compte ouvert",
            account_closed="Compte fermé",
            incident_noted="Incident de confidentialité inscrit",
            incident_changed="Incident de confidentialité modifié",
            retention_applied="Conservation appliquée",
            chantier_opened="Chantier ouvert",
            cycle_opened="Cycle ouvert",
        )
        trace.register_words(purpose="pour", role="rôle", version="version", failed="en échec")
        trace.register_words(objectives="objectifs", participations="participations")
        for choices in (Consent.Purpose, Membership.Role):
            trace.register_words(**dict(choices.choices))
        trace.register_words(**privacy.THROWN_AWAY)
        registry.register(documents.PERSONAL_DATA)
        privacy.declarations()
        search.sources()
